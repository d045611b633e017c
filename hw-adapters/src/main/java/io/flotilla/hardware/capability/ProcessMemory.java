package io.flotilla.hardware.capability;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Memory of a process that is not swapped out, as Linux tells it in {@code /proc/PID/status}.
 *
 * @param residentBytes what it holds now ({@code VmRSS}); 0 where the system does not tell
 * @param peakBytes the most that it has held so far ({@code VmHWM}); 0 where the system does not
 *     tell
 */
public record ProcessMemory(long residentBytes, long peakBytes) {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final int KIBI = 1024;

  /** This process's memory, with that of the native libraries in it. */
  public static ProcessMemory ofThisProcess() {
    return of(STATUS);
  }

  static ProcessMemory of(Path status) {
    if (!Files.isReadable(status)) {
      return new ProcessMemory(0, 0);
    }
    try {
      List<String> lines = Files.readAllLines(status, StandardCharsets.ISO_8859_1);
      return new ProcessMemory(bytes(lines, "VmRSS:"), bytes(lines, "VmHWM:"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // As in "VmRSS:     70304 kB"
  private static long bytes(List<String> lines, String label) {
    return lines.stream()
        .filter(line -> line.startsWith(label))
        .map(line -> line.replaceAll("[^0-9]", ""))
        .filter(digits -> !digits.isEmpty())
        .mapToLong(digits -> Long.parseLong(digits) * KIBI)
        .findFirst()
        .orElse(0);
  }
}
