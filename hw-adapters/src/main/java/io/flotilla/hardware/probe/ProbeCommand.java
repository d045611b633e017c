package io.flotilla.hardware.probe;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** How the process that tries models is started. */
final class ProbeCommand {
  private static final Path SHELL = Path.of("/bin/sh");

  /** Sets the limits of the process that it then becomes; the first argument is in KiB. */
  private static final String LIMITED =
      "ulimit -c 0; ulimit -d \"$1\" || exit 64; shift; exec \"$@\"";

  private static final int KIBI = 1024;

  private ProbeCommand() {}

  static Process start(ProbeLimits limits, Path folder) {
    List<String> command = new ArrayList<>();
    if (Files.isExecutable(SHELL)) {
      command.addAll(List.of(SHELL.toString(), "-c", LIMITED, "probe"));
      command.add(Long.toString(limits.memoryBytes() / KIBI));
    }
    // Short, since ONNX Runtime crashes where it is long: CLASSPATH is not part of it.
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx%dm".formatted(limits.heapMib()),
            "-Xss1m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:-UsePerfData",
            "-Xshare:auto",
            "--enable-native-access=ALL-UNNAMED",
            "-Djava.io.tmpdir=" + folder,
            ProbeMain.class.getName(),
            folder.toString()));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    Map<String, String> environment = builder.environment();
    // Nothing of this process's environment, which may hold secrets, but what Java itself needs.
    environment.keySet().retainAll(List.of("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH"));
    environment.put("CLASSPATH", absolute(System.getProperty("java.class.path")));
    try {
      return builder.start();
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.INSPECTION_FAILED,
          "no process to try models can be started: " + e.getMessage(),
          e);
    }
  }

  private static String absolute(String classPath) {
    return Arrays.stream(classPath.split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
