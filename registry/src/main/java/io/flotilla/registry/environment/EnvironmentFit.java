package io.flotilla.registry.environment;

import io.flotilla.bundle.environment.DeviceCapabilities;
import io.flotilla.bundle.environment.Unfit;
import io.flotilla.bundle.environment.Unfit.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Whether a machine satisfies an environment, and whether a model keeps to one. Pure. */
public final class EnvironmentFit {
  private EnvironmentFit() {}

  /**
   * Every reason why a machine does not satisfy an environment; none if it does. The limits on
   * formats are not looked at: they bind models, see {@link #judgeModel}.
   */
  public static List<Unfit> judge(EnvironmentSpec spec, DeviceCapabilities device) {
    List<Unfit> reasons = new ArrayList<>();
    runtime(spec, device).ifPresent(reasons::add);
    provider(spec, device).ifPresent(reasons::add);
    architecture(spec, device).ifPresent(reasons::add);
    cpuFeatures(spec, device).ifPresent(reasons::add);
    memory(spec, device).ifPresent(reasons::add);
    threads(spec, device).ifPresent(reasons::add);
    hooks(spec, device).ifPresent(reasons::add);
    return List.copyOf(reasons);
  }

  /**
   * Every reason why a model file does not keep to an environment's limits; none if it does.
   *
   * @param irVersion its ONNX IR version
   * @param opsets its operator sets by domain; {@code ai.onnx} is the default domain, as is ""
   */
  public static List<Unfit> judgeModel(
      EnvironmentSpec spec, long irVersion, Map<String, Long> opsets) {
    List<Unfit> reasons = new ArrayList<>();
    EnvironmentSpec.Limits limits = spec.limits();
    limits
        .maxIrVersion()
        .filter(most -> irVersion > most)
        .ifPresent(
            most ->
                reasons.add(
                    new Unfit(
                        Kind.IR_VERSION,
                        "the environment allows IR version %d at most, the model has %d"
                            .formatted(most, irVersion))));
    limits
        .opsets()
        .forEach(
            (domain, most) -> {
              long has = opset(opsets, domain);
              if (has > most) {
                reasons.add(
                    new Unfit(
                        Kind.OPSET,
                        "the environment allows opset %d of %s at most, the model has %d"
                            .formatted(most, domain.isEmpty() ? "ai.onnx" : domain, has)));
              }
            });
    return List.copyOf(reasons);
  }

  private static long opset(Map<String, Long> opsets, String domain) {
    boolean standard = domain.isEmpty() || domain.equals("ai.onnx");
    return standard
        ? Math.max(opsets.getOrDefault("", 0L), opsets.getOrDefault("ai.onnx", 0L))
        : opsets.getOrDefault(domain, 0L);
  }

  private static Optional<Unfit> runtime(EnvironmentSpec spec, DeviceCapabilities device) {
    if (spec.runtime().any()) {
      return Optional.empty();
    }
    Optional<Boolean> admitted = spec.runtime().admits(device.runtimeVersion());
    if (admitted.isEmpty()) {
      return unknown(
          "ONNX Runtime %s is needed, the device does not tell its version"
              .formatted(spec.runtime()));
    }
    return unless(
        admitted.get(),
        Kind.RUNTIME_VERSION,
        "ONNX Runtime %s is needed, the device has %s"
            .formatted(spec.runtime(), device.runtimeVersion()));
  }

  private static Optional<Unfit> provider(EnvironmentSpec spec, DeviceCapabilities device) {
    return unless(
        spec.providers().isEmpty() || !Collections.disjoint(spec.providers(), device.providers()),
        Kind.PROVIDER,
        "one of %s is needed, the device has %s"
            .formatted(listed(spec.providers()), listed(device.providers())));
  }

  private static Optional<Unfit> architecture(EnvironmentSpec spec, DeviceCapabilities device) {
    if (!spec.architectures().isEmpty() && device.architecture().isBlank()) {
      return unknown(
          "one of %s is needed, the device does not tell its architecture"
              .formatted(listed(spec.architectures())));
    }
    return unless(
        spec.architectures().isEmpty()
            || spec.architectures().contains(EnvironmentSpec.architecture(device.architecture())),
        Kind.ARCHITECTURE,
        "one of %s is needed, the device is %s"
            .formatted(listed(spec.architectures()), device.architecture()));
  }

  private static Optional<Unfit> cpuFeatures(EnvironmentSpec spec, DeviceCapabilities device) {
    Set<String> missing = new TreeSet<>(spec.cpuFeatures());
    missing.removeAll(device.cpuFeatures());
    if (!missing.isEmpty() && device.cpuFeatures().isEmpty()) {
      return unknown(
          "%s needed, the device does not tell its CPU features".formatted(are(missing)));
    }
    return unless(
        missing.isEmpty(), Kind.CPU_FEATURE, "%s needed and not there".formatted(are(missing)));
  }

  private static Optional<Unfit> memory(EnvironmentSpec spec, DeviceCapabilities device) {
    long needed = spec.needs().memoryBytes();
    if (needed > 0 && device.memoryBytes() <= 0) {
      return unknown(
          "%,d bytes of memory are needed, the device does not tell how many it has"
              .formatted(needed));
    }
    return unless(
        device.memoryBytes() >= needed,
        Kind.MEMORY,
        "%,d bytes of memory are needed, the device has %,d"
            .formatted(needed, device.memoryBytes()));
  }

  private static Optional<Unfit> threads(EnvironmentSpec spec, DeviceCapabilities device) {
    return unless(
        device.cpuCount() >= spec.needs().threads(),
        Kind.THREADS,
        "%d processors are needed, the device has %d"
            .formatted(spec.needs().threads(), device.cpuCount()));
  }

  private static Optional<Unfit> hooks(EnvironmentSpec spec, DeviceCapabilities device) {
    return unless(
        spec.hookAbi().isEmpty() || spec.hookAbi().equals(device.hookAbi()),
        Kind.HOOK_ABI,
        "hook interface %s is needed, the device has %s"
            .formatted(spec.hookAbi().orElse(""), device.hookAbi().orElse("none")));
  }

  private static Optional<Unfit> unless(boolean holds, Kind kind, String message) {
    return holds ? Optional.empty() : Optional.of(new Unfit(kind, message));
  }

  private static Optional<Unfit> unknown(String message) {
    return Optional.of(new Unfit(Kind.UNKNOWN, message));
  }

  private static String listed(Iterable<String> names) {
    String text = String.join(", ", names);
    return text.isEmpty() ? "none" : text;
  }

  private static String are(Set<String> names) {
    return String.join(", ", names) + (names.size() == 1 ? " is" : " are");
  }
}
