package io.flotilla.cli.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

class ReferencePageTest {
  private static final Path PAGE = Path.of("../docs/reference/cli.md");

  @Test
  void thePageSaysWhatHelpSays() throws IOException {
    if (Boolean.getBoolean("flotilla.docs.write")) {
      Files.writeString(PAGE, ReferencePage.text());
    }
    assertThat(PAGE)
        .as("write it anew with -Dflotilla.docs.write=true")
        .hasContent(ReferencePage.text());
  }

  static List<CommandLine> commands() {
    return ReferencePage.commands();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandHasHelpWithAnExampleAndJson(CommandLine command) {
    String name = command.getCommandSpec().qualifiedName();
    String help = command.getUsageMessage(Ansi.OFF);

    assertThat(help)
        .startsWith("Usage: " + name)
        .containsPattern("\nExamples?:\n  flotilla ")
        .contains("--json", "--help", "Exit status:");
    assertThat(help.lines()).allMatch(line -> line.length() <= 100);
    // The first line alone stands in the list of commands.
    assertThat(command.getCommandSpec().usageMessage().description()[0]).endsWith(".");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyOptionSaysWhatItIs(CommandLine command) {
    assertThat(command.getCommandSpec().options())
        .allSatisfy(
            option -> assertThat(option.description()).as(option.longestName()).isNotEmpty());
  }
}
