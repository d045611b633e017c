package io.flotilla.hardware.onnx;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.flotilla.bundle.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What of the processor an optimised model depends on: its architecture, its name and its
 * instruction-set flags, where the system tells them. A disk may move to another machine.
 */
final class ProcessorFingerprint {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  private ProcessorFingerprint() {}

  static Digest ofThisMachine() throws IOException {
    return of(System.getProperty("os.arch"), CPU_INFO);
  }

  static Digest of(String architecture, Path cpuInfo) throws IOException {
    if (!Files.isReadable(cpuInfo)) {
      return Digest.of(architecture.getBytes(UTF_8));
    }
    try (Stream<String> lines = Files.lines(cpuInfo, UTF_8)) {
      String facts =
          lines
              .filter(
                  line ->
                      line.startsWith("model name")
                          || line.startsWith("flags")
                          || line.startsWith("CPU part")
                          || line.startsWith("Features"))
              .distinct()
              .collect(Collectors.joining("\n"));
      return Digest.of((architecture + "\n" + facts).getBytes(UTF_8));
    }
  }
}
