package io.flotilla.cli.rollout;

import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.DeviceSelector;
import io.flotilla.cli.console.KeyValues.Version;
import io.flotilla.cli.console.Reason;
import io.flotilla.cli.console.Terminal;
import io.flotilla.cli.files.SmallFile;
import io.flotilla.cli.models.VersionName;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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

  @Mixin private final DeviceSelector devices = new DeviceSelector();

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

  @Option(
      names = "--confirm",
      paramLabel = "N",
      description = "How many devices are expected; needed where all of 100 or more are meant.")
  private @Nullable Integer confirm;

  @Option(
      names = "--plan",
      paramLabel = "FILE",
      description =
          "JSON object with more of the plan (arms, pace, window, gates, …) as POST /rollouts"
              + " takes it; its members win over options.")
  private @Nullable Path plan;

  @Option(
      names = "--preview",
      description = "Say what it would do (devices, bytes, time, refusals), and do nothing.")
  private boolean preview;

  @Mixin private final Reason reason = new Reason();

  /** The command on this terminal. */
  public RolloutCreateCommand(Terminal terminal) {
    super(terminal);
    this.api = new Api(terminal);
  }

  @Override
  public Integer call() {
    Json body =
        Json.object()
            .put("selector", devices.text())
            .put("waves", Waves.parse(waves))
            .put("maxFailures", maxFailures)
            .put("deploymentTimeoutSeconds", timeoutSeconds)
            .put("skipUnfit", skipUnfit);
    try (ApiClient client = api.open()) {
      Version wanted = VersionName.resolve(client, version);
      body.put("model", wanted.name()).put("version", wanted.version());
      if (confirm != null) {
        body.put("confirmDevices", confirm);
      }
      if (preview) {
        console()
            .show(client.post("/rollouts/preview", planned(body)), RolloutText::describePreview);
        return 0;
      }
      Json rollout = client.post("/rollouts", reason.in(planned(body)));
      console().show(rollout, RolloutText::line);
      for (Json device : rollout.get("skipped").items()) {
        console().remark("left out: " + device.text("device"));
      }
    }
    return 0;
  }

  private Json planned(Json body) {
    if (plan == null) {
      return body;
    }
    Json more = Json.parse(SmallFile.text(plan));
    more.names().forEach(name -> body.put(name, more.get(name)));
    if (more.get("devices").isPresent()) {
      body.put("selector", null);
    }
    if (more.get("arms").isPresent()) {
      body.put("version", null);
    }
    return body.withoutNulls();
  }
}
