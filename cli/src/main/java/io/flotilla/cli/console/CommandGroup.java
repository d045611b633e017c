package io.flotilla.cli.console;

import picocli.CommandLine.Mixin;

/** A command that has subcommands, or is itself one with the options that every command has. */
public abstract class CommandGroup {
  @Mixin private final Console console;

  /** A command on this terminal. */
  protected CommandGroup(Terminal terminal) {
    this.console = new Console(terminal);
  }

  /** Where the command prints. */
  protected final Console console() {
    return console;
  }
}
