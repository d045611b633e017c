package io.flotilla.bundle.environment;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a machine offers to a model.
 *
 * @param runtimeVersion version of its ONNX Runtime, such as {@code 1.29.0}
 * @param providers execution providers that it really has, best first, such as {@code
 *     CPUExecutionProvider}
 * @param architecture processor architecture, such as {@code amd64}
 * @param cpuFeatures names of instruction sets as Linux shows them, such as {@code avx2}; empty if
 *     the machine does not tell
 * @param cpuCount logical processors, 1 or more
 * @param memoryBytes memory that models may use
 * @param hookAbi version of the hook interface, such as {@code 1}; empty if it runs no hooks
 */
public record DeviceCapabilities(
    String runtimeVersion,
    List<String> providers,
    String architecture,
    Set<String> cpuFeatures,
    int cpuCount,
    long memoryBytes,
    Optional<String> hookAbi) {
  /** Copies the collections. */
  public DeviceCapabilities {
    providers = List.copyOf(providers);
    cpuFeatures = Collections.unmodifiableSet(new TreeSet<>(cpuFeatures));
  }
}
