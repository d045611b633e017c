package io.flotilla.cli.console;

import java.io.InputStream;
import java.io.PrintStream;
import java.time.Clock;
import java.util.Map;

/**
 * What the process was given to read and write.
 *
 * @param in standard input
 * @param out standard output, for results only
 * @param err standard error, for everything else
 * @param clock the time
 * @param variables the process's environment
 * @param interactive true if a person sits at both ends, so that asking makes sense
 */
public record Terminal(
    InputStream in,
    PrintStream out,
    PrintStream err,
    Clock clock,
    Map<String, String> variables,
    boolean interactive) {
  /** Copies the variables. */
  public Terminal {
    variables = Map.copyOf(variables);
  }
}
