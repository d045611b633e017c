package io.flotilla.cli.data;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.bundles.GitCheckout;
import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.KeyValues;
import io.flotilla.cli.console.Pause;
import io.flotilla.cli.console.Reason;
import io.flotilla.cli.console.Terminal;
import io.flotilla.cli.files.SmallFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flotilla run start}. */
@Command(
    name = "start",
    description = {
      "Start a run of a pipeline on registered datasets.",
      "With --wait, end when it has ended; status 7 if it failed."
    },
    footer = {
      "Example:",
      "  flotilla run start --pipeline retrain.yaml --model digits --champion digits:1 \\",
      "    --input train=digits-train:1 --input field=digits-field:1 --wait"
    })
public final class RunStartCommand extends CommandGroup implements Callable<Integer> {
  private static final Duration LOOK_EVERY = Duration.ofMillis(500);

  @Mixin private final Api api;

  @Option(
      names = "--pipeline",
      required = true,
      paramLabel = "FILE",
      description = "The pipeline, a YAML file.")
  private Path pipeline = Path.of("");

  @Option(
      names = "--model",
      required = true,
      paramLabel = "NAME",
      description = "Name of the model that it makes.")
  private String model = "";

  @Option(
      names = "--champion",
      paramLabel = "MODEL:VERSION",
      description = "The version to compare with.")
  private @Nullable String champion;

  @Option(
      names = "--input",
      paramLabel = "NAME=DATASET:VERSION",
      description = "A dataset and the name the pipeline has for it; repeatable.")
  private @Nullable List<String> inputs;

  @Option(
      names = "--parameter",
      paramLabel = "NAME=VALUE",
      description = "A parameter of the pipeline; repeatable.")
  private @Nullable List<String> parameters;

  @Option(
      names = "--fresh",
      description =
          "Compute every step anew; otherwise what earlier runs made of the same is taken.")
  private boolean fresh;

  @Option(names = "--wait", description = "Wait until the run has ended.")
  private boolean wait;

  @Mixin private final Reason reason = new Reason();

  /** The command on this terminal. */
  public RunStartCommand(Terminal terminal) {
    super(terminal);
    this.api = new Api(terminal);
  }

  @Override
  public Integer call() throws IOException {
    Json body =
        Json.object()
            .put("pipeline", SmallFile.text(pipeline))
            .put("parameters", parameters())
            .put("inputs", KeyValues.parse(inputs))
            .put("champion", champion == null ? null : KeyValues.Version.parse(champion).toString())
            .put("model", model)
            .put("fresh", fresh);
    GitCheckout git = GitCheckout.around(pipeline);
    if (git.commit().isPresent()) {
      body.put("git", git.json());
    }
    try (ApiClient client = api.open()) {
      Json run = client.post("/runs", reason.in(body));
      String id = run.text("id");
      if (wait) {
        run = await(client, id);
        if (run.text("state").equals("FAILED")) {
          throw new FlotillaException(ErrorCode.STEP_FAILED, RunText.line(run));
        }
      }
      console().show(run, wait ? RunText::describe : started -> "run " + id + " is started");
    }
    return 0;
  }

  private static Json await(ApiClient client, String id) {
    while (true) {
      Json run = client.get(ApiPath.of("runs", id).toString());
      if (RunText.isOver(run)) {
        return run;
      }
      Pause.of(LOOK_EVERY);
    }
  }

  /** Numbers and booleans as such, everything else as text. */
  private Json parameters() {
    Json object = Json.object();
    KeyValues.parse(parameters)
        .forEach(
            (name, text) ->
                object.put(
                    name,
                    text.matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?|true|false")
                        ? Json.parse(text)
                        : text));
    return object;
  }
}
