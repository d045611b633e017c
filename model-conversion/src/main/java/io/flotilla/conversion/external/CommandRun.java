package io.flotilla.conversion.external;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import io.flotilla.hardware.process.OutputTail;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** One run of a converter's command, from its start to the death of the last of its processes. */
final class CommandRun {
  private static final long LOOK_MILLIS = 100;
  private static final long KILL_SECONDS = 10;
  private static final int TAIL_BYTES = 4096;

  private final ExternalConversion conversion;
  private final Path folder;
  private final long maxFolderBytes;

  /** Every process seen, since one whose parent has died is no descendant any more. */
  private final Set<ProcessHandle> seen = new LinkedHashSet<>();

  private String tail = "";
  private long millis;

  CommandRun(ExternalConversion conversion, Path folder, long maxFolderBytes) {
    this.conversion = conversion;
    this.folder = folder;
    this.maxFolderBytes = maxFolderBytes;
  }

  /** Runs the command to its end. */
  void start() throws InterruptedException, IOException {
    Process process = launch();
    long started = System.nanoTime();
    OutputTail output = new OutputTail(process.getInputStream(), TAIL_BYTES);
    Thread reader = Thread.ofPlatform().name("convert-" + process.pid()).daemon(true).start(output);
    String stopped;
    try {
      stopped = watch(process, started);
    } finally {
      kill(process);
      reader.join(TimeUnit.SECONDS.toMillis(KILL_SECONDS));
      process.destroyForcibly();
      tail = output.line();
      millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
    }
    if (!stopped.isEmpty()) {
      throw failed(stopped);
    }
    if (process.exitValue() != 0) {
      throw failed("it ended with the status %d".formatted(process.exitValue()));
    }
  }

  /** How long the command ran. */
  long millis() {
    return millis;
  }

  /** A failure with the end of what the command printed. */
  FlotillaException failed(String why) {
    String printed =
        tail.isEmpty() ? "; it printed nothing" : "; what it printed ends with: " + tail;
    return new FlotillaException(
        ErrorCode.CONVERSION_FAILED,
        "the converter %s failed: %s%s"
            .formatted(Printable.of(conversion.command().getFirst()), why, printed));
  }

  private Process launch() {
    ProcessBuilder builder =
        new ProcessBuilder(conversion.command())
            .directory(folder.toFile())
            .redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    String path = Objects.requireNonNullElse(environment.get("PATH"), "/usr/bin:/bin");
    environment.clear();
    environment.put("PATH", path);
    environment.put("HOME", folder.toString());
    environment.put("LANG", "C.UTF-8");
    environment.putAll(conversion.environment());
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      return process;
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.CONVERSION_FAILED,
          "the converter %s cannot be started: %s"
              .formatted(
                  Printable.of(conversion.command().getFirst()),
                  Printable.of(String.valueOf(e.getMessage()))),
          e);
    }
  }

  /** Waits for the end; gives why the command must be stopped, or nothing if it ended by itself. */
  private String watch(Process process, long started) throws InterruptedException, IOException {
    Duration limit = conversion.limit();
    while (true) {
      long left = limit.toNanos() - (System.nanoTime() - started);
      if (left <= 0) {
        return "it ran longer than %s".formatted(text(limit));
      }
      process.descendants().forEach(seen::add);
      long wait = Math.min(left, TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
      boolean ended = process.waitFor(wait, TimeUnit.NANOSECONDS);
      if (bytesIn(folder) > maxFolderBytes) {
        return "it filled its folder with more than %d bytes".formatted(maxFolderBytes);
      }
      if (ended) {
        return "";
      }
    }
  }

  private void kill(Process process) throws InterruptedException {
    process.descendants().forEach(seen::add);
    // Not process.destroyForcibly(): it closes the output while the reader is still reading it.
    process.toHandle().destroyForcibly();
    seen.forEach(ProcessHandle::destroyForcibly);
    Strays.kill(folder);
    process.waitFor(KILL_SECONDS, TimeUnit.SECONDS);
  }

  private static String text(Duration limit) {
    return limit.toSeconds() > 0 ? limit.toSeconds() + " s" : limit.toMillis() + " ms";
  }

  /** Bytes of all files below a folder; what vanishes meanwhile does not count. */
  private static long bytesIn(Path folder) throws IOException {
    var sum =
        new Object() {
          long bytes;
        };
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            sum.bytes += attributes.size();
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException gone) {
            return FileVisitResult.CONTINUE;
          }
        });
    return sum.bytes;
  }
}
