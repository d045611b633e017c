package io.flotilla.conversion.external;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Processes that a command left behind: whose parents have died, so that they are nobody's
 * descendants any more. They are known by the private folder, which they have in their environment
 * or stand in. Only Linux tells; elsewhere none are found.
 */
final class Strays {
  /** A command that starts processes as fast as they are killed is given up after so many looks. */
  private static final int MOST_LOOKS = 100;

  private static final int MAX_ENVIRONMENT_BYTES = 1 << 20;

  private Strays() {}

  /** Kills all of them. */
  static void kill(Path folder) {
    List<ProcessHandle> found = of(folder);
    for (int look = 1; look < MOST_LOOKS && !found.isEmpty(); look++) {
      found.forEach(ProcessHandle::destroyForcibly);
      found = of(folder);
    }
  }

  private static List<ProcessHandle> of(Path folder) {
    long self = ProcessHandle.current().pid();
    return ProcessHandle.allProcesses()
        .filter(process -> process.pid() != self)
        .filter(process -> isOf(folder, Path.of("/proc", Long.toString(process.pid()))))
        .toList();
  }

  private static boolean isOf(Path folder, Path process) {
    try (var environment = Files.newInputStream(process.resolve("environ"))) {
      String text =
          new String(environment.readNBytes(MAX_ENVIRONMENT_BYTES), StandardCharsets.ISO_8859_1);
      // Our own bytes of the path, read the same way.
      String mark =
          new String(
              folder.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
      return text.contains(mark)
          || Files.readSymbolicLink(process.resolve("cwd")).startsWith(folder);
    } catch (IOException e) {
      return false; // it has ended, or is another user's
    }
  }
}
