package io.flotilla.cli.console;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.codec.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Locale;
import java.util.function.Function;
import picocli.CommandLine.Option;

/**
 * The options that every command has, and the one way to print. With {@code --json} only {@link
 * #json} writes to standard output, one document a line; without it only {@link #say} does.
 */
@SuppressWarnings("UnusedVariable") // help and verbose are read by picocli and the failure handler
public final class Console {
  private final Terminal terminal;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  private boolean help;

  @Option(
      names = "--json",
      description = "Print JSON on standard output, one document a line, and nothing else.")
  private boolean json;

  @Option(names = "--verbose", description = "Show the stack trace of a failure.")
  private boolean verbose;

  /** A console on this terminal; picocli fills in the options. */
  public Console(Terminal terminal) {
    this.terminal = terminal;
  }

  /** What the process was given. */
  public Terminal terminal() {
    return terminal;
  }

  /** The time. */
  public Clock clock() {
    return terminal.clock();
  }

  /** True if {@code --json} was given. */
  public boolean isJson() {
    return json;
  }

  /** Prints one document where {@code --json} was given. */
  public void json(Json document) {
    if (json) {
      line(document);
    }
  }

  /** Prints one document in both modes, for commands whose results are lines of JSON anyway. */
  public void line(Json document) {
    terminal.out().println(document);
    terminal.out().flush();
  }

  /** Prints one line, or several, for people, where {@code --json} was not given. */
  public void say(Object text) {
    if (!json) {
      terminal.out().println(text);
      terminal.out().flush();
    }
  }

  /** Prints a document for programs, or what a person should read of it. */
  public void show(Json document, Function<Json, String> forPeople) {
    if (json) {
      json(document);
    } else {
      say(forPeople.apply(document));
    }
  }

  /** Prints a remark on standard error, for people, in both modes. */
  public void remark(String text) {
    terminal.err().println("flotilla: " + text);
    terminal.err().flush();
  }

  /**
   * Asks before something that cannot be undone; silent where nobody sits at the terminal, since a
   * script that says it means it.
   *
   * @param yes true if {@code --yes} was given
   * @throws FlotillaException {@code INPUT_INVALID} if the person does not say yes
   */
  public void confirm(boolean yes, String question) {
    if (yes || !terminal.interactive()) {
      return;
    }
    terminal.err().print(question + " [y/N] ");
    terminal.err().flush();
    try {
      BufferedReader in =
          new BufferedReader(new InputStreamReader(terminal.in(), StandardCharsets.UTF_8));
      String answer = in.readLine();
      if (answer == null || !answer.strip().toLowerCase(Locale.ROOT).startsWith("y")) {
        throw new FlotillaException(ErrorCode.INPUT_INVALID, "not confirmed, so nothing was done");
      }
    } catch (IOException e) {
      throw new FlotillaException(ErrorCode.INPUT_INVALID, "nobody answered the question", e);
    }
  }
}
