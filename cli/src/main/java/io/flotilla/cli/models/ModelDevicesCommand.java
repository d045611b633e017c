package io.flotilla.cli.models;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Moment;
import io.flotilla.cli.console.Terminal;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flotilla model devices}. */
@Command(
    name = "devices",
    description = "Say which devices ran a version, from when to when.",
    footer = {
      "Example:",
      "  flotilla model devices digits:1 --from 2026-11-01 --to 2026-11-08T12:00:00Z"
    })
public final class ModelDevicesCommand extends CommandGroup implements Callable<Integer> {
  @Mixin private final Api api;

  @Parameters(paramLabel = "MODEL:VERSION|MODEL@ALIAS")
  private String id = "";

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description = "Since then: a date or time in UTC (ISO 8601); default the beginning.")
  private @Nullable String from;

  @Option(names = "--to", paramLabel = "TIME", description = "Until then; default now.")
  private @Nullable String to;

  /** The command on this terminal. */
  public ModelDevicesCommand(Terminal terminal) {
    super(terminal);
    this.api = new Api(terminal);
  }

  @Override
  public Integer call() {
    long fromMs = from == null ? 0 : Moment.parse(from).toEpochMilli();
    long toMs = to == null ? console().clock().millis() : Moment.parse(to).toEpochMilli();
    if (toMs < fromMs) {
      throw new FlotillaException(ErrorCode.INPUT_INVALID, "--to lies before --from");
    }
    try (ApiClient client = api.open()) {
      ApiPath path =
          VersionName.path(VersionName.resolve(client, id), "devices")
              .query("fromMs", fromMs)
              .query("toMs", toMs);
      List<Json> intervals = client.list(path);
      console().show(Json.object().put("items", intervals), j -> ModelText.intervals(intervals));
    }
    return 0;
  }
}
