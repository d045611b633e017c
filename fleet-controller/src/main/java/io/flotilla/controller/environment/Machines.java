package io.flotilla.controller.environment;

import io.flotilla.bundle.environment.DeviceCapabilities;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.protocol.message.HardwareFacts;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** What devices said of themselves, in the terms of environments and profiles. */
public final class Machines {
  /** The label that says what class a device is of. */
  public static final String CLASS_LABEL = "class";

  private Machines() {}

  /** What a device offers to models; agents of this release run no hooks. */
  static DeviceCapabilities capabilities(HardwareFacts facts) {
    return new DeviceCapabilities(
        facts.runtimeVersion(),
        facts.accelerators().stream().map(HardwareFacts.AcceleratorFacts::provider).toList(),
        facts.architecture(),
        new TreeSet<>(facts.cpuFeatures().orElse(List.of())),
        facts.cpuCount(),
        facts.memoryBytes(),
        Optional.empty());
  }

  /**
   * The class of a device, which devices that score alike share: its label {@code class}, else its
   * architecture and best execution provider, as in {@code amd64-CPUExecutionProvider}; empty if it
   * has no such label and never said hello.
   */
  public static Optional<String> deviceClass(DeviceRecord device) {
    return Optional.ofNullable(device.labels().get(CLASS_LABEL))
        .or(() -> device.hardware().map(Machines::deviceClass));
  }

  private static String deviceClass(HardwareFacts facts) {
    return facts.architecture()
        + facts.accelerators().stream().findFirst().map(best -> "-" + best.provider()).orElse("");
  }
}
