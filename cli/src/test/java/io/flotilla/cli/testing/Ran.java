package io.flotilla.cli.testing;

import io.flotilla.cli.app.Main;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/** A command that was run in this process, and what it left. */
public record Ran(int status, String out, String err) {
  /** Runs a command without input. */
  public static Ran flotilla(Object... arguments) {
    return withInput("", false, arguments);
  }

  /** Runs a command with this input, as if a person typed it or not. */
  public static Ran withInput(String input, boolean interactive, Object... arguments) {
    return run(input.getBytes(StandardCharsets.UTF_8), interactive, arguments);
  }

  /** Runs a command with these bytes as input. */
  public static Ran withInput(byte[] input, Object... arguments) {
    return run(input, false, arguments);
  }

  private static Ran run(byte[] input, boolean interactive, Object... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(
            new ByteArrayInputStream(input),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Clock.systemUTC(),
            Map.of(),
            interactive);
    String[] words = List.of(arguments).stream().map(Object::toString).toArray(String[]::new);
    int status = Main.run(terminal, words);
    return new Ran(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** The one document on standard output. */
  public Json json() {
    return Json.parse(out);
  }
}
