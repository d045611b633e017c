package io.flotilla.cli.score;

import io.flotilla.agent.scoring.Answer;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Terminal;
import io.flotilla.cli.rows.RowLayout;
import io.flotilla.cli.rows.RowReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flotilla score}. */
@Command(
    name = "score",
    description = {
      "Score rows on this machine with the agent's own code, to see what a device would answer.",
      "Columns fill the model's inputs in order; id, label and cohort columns are left out."
    },
    footer = {
      "Example:",
      "  flotilla score digits-1.tar --trust trust --input digits.csv",
      "  flotilla score digits@champion --input digits.csv"
    })
public final class ScoreCommand extends CommandGroup implements Callable<Integer> {
  @Mixin private final SourceOptions source;

  @Option(
      names = "--input",
      paramLabel = "FILE",
      defaultValue = "-",
      description = "Rows, CSV with or without header; - is standard input, the default.")
  private Path input = Path.of("-");

  /** The command on this terminal. */
  public ScoreCommand(Terminal terminal) {
    super(terminal);
    this.source = new SourceOptions(terminal);
  }

  @Override
  public Integer call() throws IOException {
    try (LocalModel model = LocalModel.open(source, console());
        RowReader rows = RowReader.open(input, console().terminal().in())) {
      RowLayout layout = new RowLayout(model.inputs());
      int number = 0;
      for (Optional<double[]> row = rows.next(); row.isPresent(); row = rows.next()) {
        number++;
        Answer answer = model.scorer().score(layout.tensors(row.get()));
        console().show(Answers.json(number, answer), Answers::line);
      }
    }
    return 0;
  }
}
