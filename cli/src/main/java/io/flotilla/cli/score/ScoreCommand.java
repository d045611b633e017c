package io.flotilla.cli.score;

import io.flotilla.agent.scoring.Answer;
import io.flotilla.agent.scoring.LocalScorer;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.bundle.manifest.TensorSpec;
import io.flotilla.cli.bundles.BundleCommand;
import io.flotilla.cli.bundles.OpenBundle;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Terminal;
import io.flotilla.cli.rows.RowLayout;
import io.flotilla.cli.rows.RowReader;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code flotilla score}. */
@Command(
    name = "score",
    description = {
      "Score rows on this machine with the agent's own code, to see what a device would answer.",
      "Columns fill the model's inputs in order; id, label and cohort columns are left out."
    },
    footer = {"Example:", "  flotilla score --bundle digits.tar --trust trust --input digits.csv"})
public final class ScoreCommand extends CommandGroup implements Callable<Integer> {
  @Option(
      names = "--bundle",
      required = true,
      paramLabel = "BUNDLE",
      description = "Folder or archive of a bundle, or an ONNX file.")
  private Path bundle = Path.of("");

  @Option(
      names = "--trust",
      paramLabel = "DIR",
      description = "Verify the bundle against this trust folder first, as a device does.")
  private @Nullable Path trust;

  @Option(
      names = "--input",
      paramLabel = "FILE",
      defaultValue = "-",
      description = "Rows, CSV with or without header; - is standard input, the default.")
  private Path input = Path.of("-");

  /** The command on this terminal. */
  public ScoreCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() throws IOException {
    if (String.valueOf(bundle.getFileName()).endsWith(".onnx")) {
      score(bundle);
      return 0;
    }
    try (OpenBundle open = OpenBundle.open(bundle)) {
      if (trust != null) {
        BundleCommand.verified(open, trust, Optional.empty(), console());
      }
      score(open.directory());
    }
    return 0;
  }

  private void score(Path bundleOrModel) throws IOException {
    try (RowReader rows = RowReader.open(input, console().terminal().in());
        LocalScorer scorer = LocalScorer.open(bundleOrModel, OnnxAccelerators.cpu())) {
      RowLayout layout = new RowLayout(inputs(scorer));
      int number = 0;
      for (Optional<double[]> row = rows.next(); row.isPresent(); row = rows.next()) {
        number++;
        Answer answer = scorer.score(layout.tensors(row.get()));
        console().show(Answers.json(number, answer), json -> Answers.line(json));
      }
    }
  }

  private static List<TensorSpec> inputs(LocalScorer scorer) {
    return scorer
        .manifest()
        .map(Manifest::inputs)
        .orElseGet(
            () ->
                scorer.inputs().stream()
                    .map(input -> TensorSpec.of(input.name(), input.type(), input.shape()))
                    .toList());
  }
}
