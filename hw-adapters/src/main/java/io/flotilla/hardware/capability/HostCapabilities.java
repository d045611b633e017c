package io.flotilla.hardware.capability;

import com.sun.management.OperatingSystemMXBean;
import io.flotilla.bundle.environment.DeviceCapabilities;
import io.flotilla.hardware.Accelerator;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What this machine offers to models. */
public final class HostCapabilities {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  private HostCapabilities() {}

  /**
   * Asks the runtime and the system.
   *
   * <ul>
   *   <li>providers: those that start here, best first; see {@link OnnxAccelerators#probe}
   *   <li>CPU features: the flags in {@code /proc/cpuinfo}; none where there is no such file
   *   <li>processors and memory: what this process may use, limits of its container included
   *   <li>hook ABI: empty; who runs hooks adds it
   * </ul>
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code ACCELERATOR_UNAVAILABLE} if the
   *     runtime does not load on this machine; {@code CONFIGURATION_INVALID} if this process's
   *     command line is too long for it
   */
  public static DeviceCapabilities probe() {
    return of(OnnxAccelerators.probe(), CPU_INFO);
  }

  /**
   * The same with these accelerators, simulated ones perhaps, best first; at least one.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static DeviceCapabilities of(List<Accelerator> accelerators) {
    return of(accelerators, CPU_INFO);
  }

  static DeviceCapabilities of(List<Accelerator> accelerators, Path cpuInfo) {
    if (accelerators.isEmpty()) {
      throw new IllegalArgumentException("a machine has one accelerator at least: its processor");
    }
    return new DeviceCapabilities(
        accelerators.getLast().info().runtimeVersion(),
        accelerators.stream().map(accelerator -> accelerator.info().provider()).distinct().toList(),
        System.getProperty("os.arch"),
        cpuFeatures(cpuInfo),
        Runtime.getRuntime().availableProcessors(),
        memoryBytes(),
        Optional.empty());
  }

  private static long memoryBytes() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }

  /** x86 calls the line {@code flags}, ARM {@code Features}; every processor has the same. */
  static Set<String> cpuFeatures(Path cpuInfo) {
    Set<String> features = new TreeSet<>();
    if (!Files.isReadable(cpuInfo)) {
      return features;
    }
    try {
      for (String line : Files.readAllLines(cpuInfo, StandardCharsets.UTF_8)) {
        int colon = line.indexOf(':');
        if (colon > 0 && (line.startsWith("flags") || line.startsWith("Features"))) {
          List.of(line.substring(colon + 1).strip().split("\\s+")).stream()
              .filter(feature -> !feature.isEmpty())
              .forEach(features::add);
        }
      }
      return features;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
