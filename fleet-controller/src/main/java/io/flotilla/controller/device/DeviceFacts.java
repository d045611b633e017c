package io.flotilla.controller.device;

import io.flotilla.protocol.message.HardwareFacts;
import io.flotilla.protocol.message.HardwareFacts.AcceleratorFacts;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a device says of itself, and what follows from that, under the names that selectors use. A
 * device can lie here: grants of operators must not depend on it.
 */
final class DeviceFacts {
  /** Facts that have an order. */
  static final Set<String> ORDERED = Set.of("cpus", "memory", "runtime");

  /** Stands for a list that is known to be empty. */
  static final String NONE = "none";

  private static final Set<String> UNORDERED =
      Set.of(
          "arch",
          "cpu-feature",
          "drift",
          "fpga",
          "gpu",
          "npu",
          "online",
          "os",
          "provider",
          "running");

  private DeviceFacts() {}

  /** Whether this key means a fact, for a device that has no label of the same key. */
  static boolean isFact(String key) {
    return ORDERED.contains(key) || UNORDERED.contains(key);
  }

  /** The names of all facts, sorted. */
  static Set<String> names() {
    Set<String> names = new TreeSet<>(ORDERED);
    names.addAll(UNORDERED);
    return names;
  }

  /**
   * The values of a fact: one, or one of each accelerator, or {@link #NONE}.
   *
   * @return nothing if the device has not told it yet
   */
  static Optional<List<String>> of(DeviceRecord device, String key) {
    return switch (key) {
      case "online" -> one(Boolean.toString(device.online()));
      case "drift" -> one(Boolean.toString(device.drifting()));
      case "running" ->
          device.hardware().isEmpty() && device.running().isEmpty()
              ? Optional.empty()
              : one(device.running().map(v -> v.model() + ":" + v.version()).orElse(NONE));
      default -> device.hardware().flatMap(hardware -> of(hardware, key));
    };
  }

  private static Optional<List<String>> of(HardwareFacts hardware, String key) {
    return switch (key) {
      case "arch" -> one(hardware.architecture());
      case "cpus" -> one(Integer.toString(hardware.cpuCount()));
      case "memory" -> one(Long.toString(hardware.memoryBytes()));
      case "os" -> one(hardware.os());
      case "runtime" -> one(hardware.runtimeVersion());
      case "cpu-feature" -> hardware.cpuFeatures();
      case "provider" ->
          Optional.of(hardware.accelerators().stream().map(AcceleratorFacts::provider).toList());
      case "gpu", "fpga", "npu" -> Optional.of(providers(hardware, key));
      default -> Optional.empty();
    };
  }

  private static List<String> providers(HardwareFacts hardware, String kind) {
    List<String> providers =
        hardware.accelerators().stream()
            .filter(accelerator -> accelerator.kind().equalsIgnoreCase(kind))
            .map(AcceleratorFacts::provider)
            .toList();
    return providers.isEmpty() ? List.of(NONE) : providers;
  }

  private static Optional<List<String>> one(String value) {
    return Optional.of(List.of(value));
  }
}
