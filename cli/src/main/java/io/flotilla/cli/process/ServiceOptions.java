package io.flotilla.cli.process;

import io.flotilla.cli.console.Console;
import picocli.CommandLine.Option;

/** The option of every command that stays up, and how it does. */
public final class ServiceOptions {
  @Option(
      names = "--exit-with-parent",
      description = "End when standard input does, as a child process should.")
  private boolean exitWithParent;

  /** Whether standard input is watched for its end. */
  boolean exitWithParent() {
    return exitWithParent;
  }

  /** Runs the body until it is to stop and has stopped. */
  public void run(Console console, Service.Body body) {
    Service.run(console, exitWithParent, body);
  }
}
