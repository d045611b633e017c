package io.flotilla.cli.rollout;

import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.KeyValues.Version;
import io.flotilla.cli.console.Terminal;
import io.flotilla.cli.models.VersionName;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flotilla rollout create}. */
@Command(
    name = "create",
    description = {
      "Start a rollout. Each wave opens when the one before has succeeded.",
      "A rollout halts by itself when more devices fail than it allows."
    },
    footer = {
      "Example:",
      "  flotilla rollout create digits:2 --selector 'site=lyon' --waves 2,50%%,100%%"
    })
public final class RolloutCreateCommand extends CommandGroup implements Callable<Integer> {
  @Mixin private final Api api;

  @Parameters(paramLabel = "MODEL:VERSION|MODEL@ALIAS", description = "What to roll out.")
  private String version = "";

  @Option(
      names = "--selector",
      paramLabel = "SELECTOR",
      defaultValue = "*",
      description = "Which devices, by label; default: all.")
  private String selector = "*";

  @Option(
      names = "--waves",
      paramLabel = "WAVES",
      defaultValue = "100%",
      description = "Sizes of the waves, each counted from the first; default ${DEFAULT-VALUE}.")
  private String waves = "";

  @Option(
      names = "--max-failures",
      paramLabel = "N",
      defaultValue = "0",
      description = "Devices that may fail before it halts; default ${DEFAULT-VALUE}.")
  private int maxFailures;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "Time a device has for its deployment; default ${DEFAULT-VALUE}.")
  private int timeoutSeconds;

  @Option(
      names = "--skip-unfit",
      description =
          "Leave devices out that cannot run the version, instead of refusing the rollout.")
  private boolean skipUnfit;

  /** The command on this terminal. */
  public RolloutCreateCommand(Terminal terminal) {
    super(terminal);
    this.api = new Api(terminal);
  }

  @Override
  public Integer call() {
    Json body =
        Json.object()
            .put("selector", selector)
            .put("waves", Waves.parse(waves))
            .put("maxFailures", maxFailures)
            .put("deploymentTimeoutSeconds", timeoutSeconds)
            .put("skipUnfit", skipUnfit);
    try (ApiClient client = api.open()) {
      Version wanted = VersionName.resolve(client, version);
      body.put("model", wanted.name()).put("version", wanted.version());
      Json rollout = client.post("/rollouts", body);
      console().show(rollout, RolloutText::line);
      for (Json device : rollout.get("skipped").items()) {
        console().remark("left out: " + device.text("device"));
      }
    }
    return 0;
  }
}
