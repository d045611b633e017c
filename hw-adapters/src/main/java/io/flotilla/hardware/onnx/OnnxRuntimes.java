package io.flotilla.hardware.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The way to the runtime's one environment per process, past the trap on the way. */
final class OnnxRuntimes {
  /**
   * Longest command line in bytes with which ONNX Runtime 1.29.0 starts. On Linux it crashes the
   * process beyond 3,964 to 3,984 bytes (measured); a sentence is better than a crash.
   */
  static final int MAX_COMMAND_LINE_BYTES = 3_900;

  private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

  private OnnxRuntimes() {}

  /**
   * The runtime's environment, started at the first call.
   *
   * @throws FlotillaException {@code ACCELERATOR_UNAVAILABLE} if the native library does not load
   *     here; {@code CONFIGURATION_INVALID} if the command line is too long for it
   */
  static OrtEnvironment environment() {
    refuseLongCommandLine(commandLineBytes(COMMAND_LINE));
    try {
      // Errors come back as exceptions; the runtime's own log would only repeat them on stderr.
      return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "flotilla");
    } catch (LinkageError e) {
      throw new FlotillaException(
          ErrorCode.ACCELERATOR_UNAVAILABLE,
          "ONNX Runtime's native library does not load on this machine; it needs glibc on"
              + " x86-64 or aarch64 and a temporary folder from which programs may run",
          e);
    }
  }

  static void refuseLongCommandLine(int bytes) {
    if (bytes > MAX_COMMAND_LINE_BYTES) {
      throw new FlotillaException(
          ErrorCode.CONFIGURATION_INVALID,
          ("the command line of this process has %d bytes and ONNX Runtime crashes over %d;"
                  + " start Java with -jar, an @argfile or the CLASSPATH variable")
              .formatted(bytes, MAX_COMMAND_LINE_BYTES));
    }
  }

  /**
   * Length of the command line; 0 where the system has no such file, and so not the trap either.
   */
  static int commandLineBytes(Path file) {
    try {
      return Files.isReadable(file) ? Files.readAllBytes(file).length : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
