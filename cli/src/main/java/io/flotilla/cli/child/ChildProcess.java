package io.flotilla.cli.child;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.codec.Json;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Another flotilla process of this distribution, which speaks JSON lines: commands on its standard
 * input, events on its standard output, its log and errors in a file. It ends by itself when its
 * standard input does, so that nothing is left behind however its parent ends.
 */
public final class ChildProcess implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ChildProcess.class);
  private static final int MAX_PENDING_EVENTS = 10_000;
  private static final Duration EXIT_TIMEOUT = Duration.ofSeconds(10);
  private static final Json END = Json.parse("{\"event\":\"end\"}");

  private final String name;
  private final Process process;
  private final BufferedWriter commands;
  private final BlockingQueue<Json> events = new ArrayBlockingQueue<>(MAX_PENDING_EVENTS);
  private final Path errors;

  private ChildProcess(String name, Process process, Path errors) {
    this.name = name;
    this.process = process;
    this.errors = errors;
    this.commands = process.outputWriter(StandardCharsets.UTF_8);
    Thread.ofPlatform().name(name + "-events").daemon().start(this::readEvents);
  }

  /**
   * Starts {@code flotilla <arguments>} from the same distribution.
   *
   * @param name for messages
   * @param errors file that gets its standard error, appended
   * @throws FlotillaException {@code STORAGE_FAILED} if it cannot be started
   */
  public static ChildProcess start(String name, Path errors, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+UseSerialGC");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow"); // what the broker's Guava would warn of
    command.add("-jar");
    command.add(Distribution.jar().toString());
    command.addAll(arguments);
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()))
              .start();
      return new ChildProcess(name, process, errors);
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.STORAGE_FAILED, "cannot start the " + name + " process: " + e.getMessage(), e);
    }
  }

  private void readEvents() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("{")) {
          events.put(Json.parse(line));
        }
      }
      events.put(END);
    } catch (IOException e) {
      log.debug("{} was cut off: {}", name, e.getMessage());
      events.clear();
      events.add(END);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Sends a command and waits for its answer.
   *
   * @param command one JSON document
   * @param answer name of the event that answers it
   * @param timeout how long to wait
   * @param progress gets the events that come before
   * @throws FlotillaException what the process reports, or {@code INTERNAL} if it ends or is silent
   */
  public Json ask(Json command, String answer, Duration timeout, Consumer<Json> progress) {
    try {
      commands.write(command.toString());
      commands.newLine();
      commands.flush();
    } catch (IOException e) {
      throw ended(e);
    }
    return await(answer, timeout, progress);
  }

  /** As {@link #ask}, ignoring progress. */
  public Json ask(Json command, String answer, Duration timeout) {
    return ask(command, answer, timeout, event -> {});
  }

  /**
   * Waits for an event.
   *
   * @throws FlotillaException what the process reports, or {@code INTERNAL} if it ends or is silent
   */
  public Json await(String answer, Duration timeout, Consumer<Json> progress) {
    long deadline = System.nanoTime() + timeout.toNanos();
    try {
      while (true) {
        Json event = events.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (event == null) {
          throw new FlotillaException(
              ErrorCode.INTERNAL,
              "the %s process did not answer '%s' within %d s; see %s"
                  .formatted(name, answer, timeout.toSeconds(), errors));
        }
        String kind = event.get("event").asText();
        if (kind.equals(answer)) {
          return event;
        } else if (kind.equals("error")) {
          throw new FlotillaException(
              ErrorCode.valueOf(event.get("code").asText()),
              name + ": " + event.get("message").asText());
        } else if (kind.equals("end")) {
          throw ended(null);
        }
        progress.accept(event);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FlotillaException(ErrorCode.INTERNAL, "interrupted while waiting for " + name, e);
    }
  }

  private FlotillaException ended(@Nullable Throwable cause) {
    String tail;
    try {
      List<String> lines = Files.readAllLines(errors);
      tail = String.join(" | ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
    } catch (IOException e) {
      tail = "no log: " + e.getMessage();
    }
    String message = "the %s process ended: %s (log: %s)".formatted(name, tail, errors);
    return cause == null
        ? new FlotillaException(ErrorCode.INTERNAL, message)
        : new FlotillaException(ErrorCode.INTERNAL, message, cause);
  }

  /** The process itself. */
  public ProcessHandle handle() {
    return process.toHandle();
  }

  /** Kills the process at once (SIGKILL) and waits until it is gone. */
  public void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }

  /** Ends the process by closing its standard input; kills it if it does not end in 10 s. */
  @Override
  public void close() {
    try {
      commands.close();
    } catch (IOException e) {
      log.debug("{} closed its input first: {}", name, e.getMessage());
    }
    try {
      if (!process.waitFor(EXIT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        kill();
      }
    } catch (InterruptedException e) {
      kill();
      Thread.currentThread().interrupt();
    } catch (UncheckedIOException e) {
      log.debug("{} was gone already", name);
    }
  }
}
