package io.flotilla.cli.data;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Terminal;
import io.flotilla.retraining.BuiltInPipelines;
import io.flotilla.simulator.camera.Camera;
import io.flotilla.simulator.digits.Digits;
import io.flotilla.simulator.digits.DigitsCsv;
import io.flotilla.simulator.digits.DigitsSplit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code flotilla dataset sample}. */
@Command(
    name = "sample",
    description = {
      "Write the sample data that the tour and the demo use.",
      "Handwritten digits of 8 × 8 pixels (UCI, in the simulator's licence file), split as the",
      "simulated cameras of the same seed do, and the two pipelines that make digit classifiers of",
      "them."
    },
    footer = {"Example:", "  flotilla dataset sample --out sample"})
public final class DatasetSampleCommand extends CommandGroup implements Callable<Integer> {
  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "A folder; its files are not overwritten.")
  private Path out = Path.of("");

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "42",
      description = "Decides the split; default ${DEFAULT-VALUE}.")
  private long seed;

  /** The command on this terminal. */
  public DatasetSampleCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  public Integer call() throws IOException {
    DigitsSplit split = Digits.load().split(seed);
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("digits-train.csv", DigitsCsv.encode(split.training()));
    files.put("digits-holdout-clean.csv", DigitsCsv.encode(split.holdout()));
    files.put("digits-holdout-blurred.csv", DigitsCsv.encode(Camera.BLUR.see(split.holdout())));
    files.put("digits-first.yaml", utf8(BuiltInPipelines.DIGITS_FIRST));
    files.put("digits-retrain.yaml", utf8(BuiltInPipelines.DIGITS_RETRAIN));
    for (String name : files.keySet()) {
      if (Files.exists(out.resolve(name))) {
        throw new FlotillaException(
            ErrorCode.CONFLICT, out.resolve(name) + " exists already; choose a new folder");
      }
    }
    Files.createDirectories(out);
    Json written = Json.array();
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      written.add(Files.write(out.resolve(file.getKey()), file.getValue()).toString());
    }
    console()
        .show(
            Json.object().put("files", written),
            document ->
                String.join(
                    System.lineSeparator(),
                    document.get("files").items().stream().map(Json::asText).toList()));
    return 0;
  }

  private static byte[] utf8(BuiltInPipelines pipeline) {
    return pipeline.yaml().getBytes(StandardCharsets.UTF_8);
  }
}
