package io.flotilla.cli.models;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.bundles.Folders;
import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.KeyValues;
import io.flotilla.cli.console.Reason;
import io.flotilla.cli.console.Terminal;
import io.flotilla.conversion.codec.ConversionJson;
import io.flotilla.conversion.external.ConversionRecord;
import io.flotilla.conversion.external.ExternalConversion;
import io.flotilla.conversion.external.ExternalConverter;
import io.flotilla.conversion.tree.TreeConverter;
import io.flotilla.conversion.tree.TreeOptions;
import io.flotilla.conversion.tree.TreeSummary;
import io.flotilla.conversion.tree.codec.DumpFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flotilla model import}. */
@Command(
    name = "import",
    description = {
      "Make an ONNX file of another trainer's model.",
      "Tree ensembles of XGBoost (model or dump as JSON or text), LightGBM (model as text, dump as",
      "JSON) and Tribuo (protobuf) are converted here. For anything else give the command of a",
      "converter after --: it runs in a folder of its own with copies of the files, and writes the",
      "file that --output names. With --model the controller announces a failure (an event of the",
      "type io.flotilla.model.conversion.failed); nothing else here needs one."
    },
    footer = {
      "Example:",
      "  flotilla model import model.json --out trees.onnx --categories"
          + " setosa,versicolor,virginica",
      "  flotilla model import net.pt convert.py --output net.onnx --out net.onnx -- \\",
      "    python3 convert.py net.pt net.onnx"
    })
public final class ModelImportCommand extends CommandGroup implements Callable<Integer> {
  @Mixin private final Api api;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "The model that it shall be; a failure is told to the controller under it.")
  private @Nullable String model;

  @Mixin private final Reason reason = new Reason();

  @Parameters(
      paramLabel = "FILE",
      arity = "1..*",
      description = "The file to convert; with --output also others that the converter needs.")
  private List<String> words = List.of();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE",
      description = "The ONNX file to write, a new one.")
  private Path out = Path.of("");

  @Option(
      names = "--features",
      split = ",",
      paramLabel = "NAME",
      description = "Names of a tree model's columns, where its file has none.")
  private @Nullable List<String> features;

  @Option(
      names = "--categories",
      split = ",",
      paramLabel = "LABEL",
      description = "Names of a tree model's classes in their order.")
  private @Nullable List<String> categories;

  @Option(
      names = "--objective",
      paramLabel = "NAME",
      description = "Of an XGBoost dump, which does not tell: as in binary:logistic.")
  private @Nullable String objective;

  @Option(
      names = "--base-score",
      paramLabel = "NUMBER",
      defaultValue = "0.5",
      description = "Of an XGBoost dump: base_score; default ${DEFAULT-VALUE}.")
  private float baseScore;

  @Option(
      names = "--classes",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of an XGBoost dump of several classes: how many.")
  private int classes;

  @Option(
      names = "--output",
      paramLabel = "PATH",
      description = "The file that the converter after -- writes, relative to its folder.")
  private @Nullable String output;

  @Option(
      names = "--env",
      paramLabel = "NAME=VALUE",
      description = "A variable for the converter, which gets no other; repeatable.")
  private @Nullable List<String> environment;

  @Option(
      names = "--limit-seconds",
      paramLabel = "N",
      defaultValue = "600",
      description = "How long the converter may run; default ${DEFAULT-VALUE}.")
  private long limitSeconds;

  @picocli.CommandLine.Spec private picocli.CommandLine.Model.@Nullable CommandSpec spec;

  /** The command on this terminal. */
  public ModelImportCommand(Terminal terminal) {
    super(terminal);
    this.api = new Api(terminal);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (Files.exists(out)) {
      throw new FlotillaException(
          ErrorCode.CONFLICT, out + " exists already and is not overwritten");
    }
    try {
      if (output != null) {
        external(output);
      } else {
        trees();
      }
    } catch (FlotillaException e) {
      if (model != null) {
        tell(model, e);
      }
      throw e;
    }
    return 0;
  }

  /** The failure itself matters more than whether it could be told. */
  private void tell(String name, FlotillaException failure) {
    Json body =
        Json.object()
            .put("kind", output == null ? "import-trees" : "import-command")
            .put("failure", ConversionFailure.of(failure));
    try (ApiClient client = api.open()) {
      client.post(ApiPath.of("models", name, "conversions").toString(), reason.in(body));
    } catch (FlotillaException untold) {
      console().remark("the controller was not told: " + untold.getMessage());
      failure.addSuppressed(untold);
    }
  }

  private void trees() {
    if (words.size() != 1) {
      throw invalid("name one file; several are for a converter, which needs --output");
    }
    TreeOptions options =
        TreeOptions.DEFAULT
            .withFeatureNames(features == null ? List.of() : features)
            .withClassNames(categories == null ? List.of() : categories);
    if (objective != null) {
      options = options.withDump(new DumpFacts(objective, baseScore, classes, 1));
    }
    TreeSummary summary = TreeConverter.convert(Path.of(words.getFirst()), options, out);
    Json json =
        Json.object()
            .put("out", out.toString())
            .put("source", summary.source())
            .put("trees", summary.trees())
            .put("nodes", summary.nodes())
            .put("features", summary.columns())
            .put("classes", summary.classes())
            .put("objective", summary.objective())
            .put("notes", summary.notes());
    console()
        .show(
            json,
            j ->
                "wrote %s: %d trees, %d nodes, %d features, %s%s"
                    .formatted(
                        out,
                        summary.trees(),
                        summary.nodes(),
                        summary.features(),
                        summary.objective(),
                        summary.notes().stream()
                            .map(note -> "\n" + note)
                            .reduce("", String::concat)));
  }

  private void external(String written) throws IOException, InterruptedException {
    int split = converterAt();
    List<Path> inputs = words.subList(0, split).stream().map(Path::of).toList();
    List<String> command = words.subList(split, words.size());
    Path work = Files.createTempDirectory("flotilla-import-");
    try {
      ConversionRecord record =
          new ExternalConverter(work)
              .convert(
                  new ExternalConversion(
                      command,
                      inputs,
                      written,
                      KeyValues.parse(environment),
                      Duration.ofSeconds(limitSeconds)),
                  out);
      console()
          .show(
              Json.parse(ConversionJson.encode(record)).put("out", out.toString()),
              j -> "wrote %s in %d ms, %s".formatted(out, record.millis(), record.outputDigest()));
    } finally {
      Folders.delete(work);
    }
  }

  /** Where the converter's command begins among the words: after the {@code --} that was typed. */
  private int converterAt() {
    List<String> typed =
        spec == null ? List.of() : spec.commandLine().getParseResult().originalArgs();
    int separator = typed.lastIndexOf("--");
    int after = separator < 0 ? 0 : typed.size() - separator - 1;
    if (after == 0 || after >= words.size()) {
      throw invalid("give the files, then -- and the converter's command");
    }
    return words.size() - after;
  }

  private static FlotillaException invalid(String message) {
    return new FlotillaException(ErrorCode.INPUT_INVALID, message);
  }
}
