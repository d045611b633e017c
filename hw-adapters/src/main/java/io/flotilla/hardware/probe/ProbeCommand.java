package io.flotilla.hardware.probe;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.hardware.process.ChildJava;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** How the process that tries models is started. */
final class ProbeCommand {
  private static final Path SHELL = Path.of("/bin/sh");

  /** Sets the limits of the process that it then becomes; the first argument is in KiB. */
  private static final String LIMITED =
      "ulimit -c 0; ulimit -d \"$1\" || exit 64; shift; exec \"$@\"";

  private static final int KIBI = 1024;

  private ProbeCommand() {}

  static Process start(ProbeLimits limits, Path folder) {
    List<String> limited =
        Files.isExecutable(SHELL)
            ? List.of(
                SHELL.toString(),
                "-c",
                LIMITED,
                "probe",
                Long.toString(limits.memoryBytes() / KIBI))
            : List.of();
    List<String> options =
        List.of(
            "-Xmx%dm".formatted(limits.heapMib()),
            "-Xss1m",
            "-XX:TieredStopAtLevel=1",
            "-Xshare:auto");
    try {
      return new ChildJava(folder, limited, options)
          .start(ProbeMain.class, List.of(folder.toString()));
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.INSPECTION_FAILED,
          "no process to try models can be started: " + e.getMessage(),
          e);
    }
  }
}
