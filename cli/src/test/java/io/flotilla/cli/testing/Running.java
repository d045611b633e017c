package io.flotilla.cli.testing;

import io.flotilla.cli.app.Main;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;

/** A command that stays up, in a thread of this process, until its standard input is closed. */
public final class Running implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final PipedOutputStream input = new PipedOutputStream();
  private final CompletableFuture<Integer> status = new CompletableFuture<>();

  private Running() {}

  /** Starts it. */
  public static Running flotilla(Object... arguments) throws IOException {
    Running running = new Running();
    Terminal terminal =
        new Terminal(
            new PipedInputStream(running.input),
            new PrintStream(running.out, true, StandardCharsets.UTF_8),
            new PrintStream(running.err, true, StandardCharsets.UTF_8),
            Clock.systemUTC(),
            Map.of(),
            false);
    String[] words = List.of(arguments).stream().map(Object::toString).toArray(String[]::new);
    Thread.ofPlatform()
        .name("flotilla-" + words[0])
        .daemon()
        .start(() -> running.status.complete(Main.run(terminal, words)));
    return running;
  }

  /** Waits for the document with this event; fails if the command ends first. */
  public Json await(String event) {
    Awaitility.await()
        .atMost(LIMIT)
        .until(() -> status.isDone() || lines().stream().anyMatch(l -> isEvent(l, event)));
    return lines().stream()
        .filter(line -> isEvent(line, event))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("ended without " + event + ": " + err()));
  }

  private static boolean isEvent(Json line, String event) {
    return line.text("event").equals(event);
  }

  /** The documents on standard output so far. */
  public List<Json> lines() {
    return out.toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.endsWith("}"))
        .map(Json::parse)
        .toList();
  }

  /** Standard error so far. */
  public String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  /** Ends it as a parent's end would; returns its status. */
  public int end() {
    try {
      input.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return status.orTimeout(LIMIT.toSeconds(), java.util.concurrent.TimeUnit.SECONDS).join();
  }

  @Override
  public void close() {
    end();
  }
}
