package io.flotilla.protocol.message;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.List;
import java.util.Optional;

/**
 * What a device is made of.
 *
 * @param os operating system name
 * @param architecture processor architecture, such as {@code amd64}
 * @param cpuCount logical processors
 * @param memoryBytes memory of the machine, as far as the agent's container may use it
 * @param runtimeVersion version of ONNX Runtime
 * @param accelerators what can score, best first
 * @param cpuFeatures instruction sets as Linux names them, such as {@code avx2}; at most {@value
 *     #MAX_CPU_FEATURES} of up to {@value #MAX_CPU_FEATURE_CHARS} characters; empty if the device
 *     does not tell, as in messages of before there was this key
 */
public record HardwareFacts(
    String os,
    String architecture,
    int cpuCount,
    long memoryBytes,
    String runtimeVersion,
    List<AcceleratorFacts> accelerators,
    Optional<List<String>> cpuFeatures) {
  /** Most CPU features. */
  public static final int MAX_CPU_FEATURES = 1024;

  /** Most characters of a CPU feature. */
  public static final int MAX_CPU_FEATURE_CHARS = 64;

  /**
   * Copies the lists.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if the CPU features are over their limits
   */
  public HardwareFacts {
    accelerators = List.copyOf(accelerators);
    cpuFeatures = cpuFeatures.map(List::copyOf);
    boolean bounded =
        cpuFeatures
            .map(
                features ->
                    features.size() <= MAX_CPU_FEATURES
                        && features.stream().allMatch(f -> f.length() <= MAX_CPU_FEATURE_CHARS))
            .orElse(true);
    if (!bounded) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "a device has at most %d CPU features of up to %d characters"
              .formatted(MAX_CPU_FEATURES, MAX_CPU_FEATURE_CHARS));
    }
  }

  /**
   * One accelerator.
   *
   * @param kind {@code CPU}, {@code GPU}, {@code FPGA} or {@code NPU}
   * @param provider execution provider, such as {@code CPUExecutionProvider}
   * @param simulated true if it is a stand-in that computes on the CPU
   */
  public record AcceleratorFacts(String kind, String provider, boolean simulated) {}
}
