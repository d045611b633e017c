package io.flotilla.cli.app;

import io.flotilla.bundle.failure.ErrorClass;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.cli.console.Terminal;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** The text of {@code docs/reference/cli.md}: what {@code --help} says of every command. */
final class ReferencePage {
  private ReferencePage() {}

  /** Every command, the root first, then each with its subcommands after it. */
  static List<CommandLine> commands() {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
    Terminal terminal =
        new Terminal(
            InputStream.nullInputStream(), nowhere, nowhere, Clock.systemUTC(), Map.of(), false);
    List<CommandLine> all = new ArrayList<>();
    collect(Main.commandLine(terminal), all);
    return all;
  }

  private static void collect(CommandLine command, List<CommandLine> all) {
    all.add(command);
    command.getSubcommands().values().forEach(sub -> collect(sub, all));
  }

  static String text() {
    StringBuilder page =
        new StringBuilder(
            """
            # The command `flotilla`

            What `--help` says of every command, checked against it by a test. To write this page anew after a change:
            `mvn -pl cli test -Dtest=ReferencePageTest -Dflotilla.docs.write=true`.

            Results go to standard output, everything else to standard error. With `--json` standard output holds one
            JSON document, or one a line where a command gives many, and nothing else. A command that fails prints one
            line, `flotilla: CODE: sentence`, and ends with the status of the code's class:

            | status | codes |
            |---|---|
            | 0 | it worked |
            | 1 | a bug in flotilla; `--verbose` shows where |
            """);
    for (ErrorClass errorClass : ErrorClass.values()) {
      page.append("| %d | %s |\n".formatted(errorClass.exitStatus(), codes(errorClass)));
    }
    page.append(
        """

        A command that stays up ends with 143 when SIGTERM and with 130 when SIGINT ends it, after it has closed what it
        holds. Which controller to talk to is in a context file, `operator.json`, that the controller writes into its data
        folder, readable by its owner only: it holds the operator's token.
        """);
    for (CommandLine command : commands()) {
      page.append("\n## %s\n\n```text\n".formatted(command.getCommandSpec().qualifiedName()));
      page.append(command.getUsageMessage(Ansi.OFF).stripTrailing()).append("\n```\n");
    }
    return page.toString();
  }

  private static String codes(ErrorClass errorClass) {
    return Arrays.stream(ErrorCode.values())
        .filter(code -> code.errorClass() == errorClass)
        .map(code -> "`" + code + "`")
        .collect(Collectors.joining(", "));
  }
}
