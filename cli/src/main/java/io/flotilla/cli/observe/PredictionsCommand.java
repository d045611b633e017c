package io.flotilla.cli.observe;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Console;
import io.flotilla.cli.console.Moment;
import io.flotilla.cli.console.Table;
import io.flotilla.cli.console.Terminal;
import java.time.Instant;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flotilla predictions}: what was predicted, and that all of it arrived. */
@Command(
    name = "predictions",
    description = "What was predicted, and whether all of it arrived.",
    footer = {"Example:", "  flotilla predictions show digits"})
public final class PredictionsCommand extends CommandGroup {
  /** The group on this terminal. */
  public PredictionsCommand(Terminal terminal) {
    super(terminal);
  }

  @Command(
      name = "show",
      description = {
        "Show per device how many predictions were made, and how many arrived.",
        "A device counts what it made, captured, and refused for lack of space, window by window; the",
        "controller counts what it stored. Duplicates are those that came twice."
      },
      footer = {"Example:", "  flotilla predictions show digits"})
  int show(@Mixin Console console, @Mixin Api api, @Parameters(paramLabel = "MODEL") String model) {
    try (ApiClient client = api.open()) {
      console.show(
          client.get(ApiPath.of("predictions", model).toString()), PredictionsCommand::describe);
    }
    return 0;
  }

  @Command(
      name = "scored",
      description = {
        "Say which version scored a request.",
        "The request is named by the id of a captured prediction, or by a device and a time."
      },
      footer = {
        "Example:",
        "  flotilla predictions scored --device cam-1 --at 2026-11-08T12:00:00Z"
      })
  int scored(
      @Mixin Console console,
      @Mixin Api api,
      @Option(names = "--id", paramLabel = "ID", description = "Id of a captured prediction.")
          Optional<String> id,
      @Option(names = "--device", paramLabel = "DEVICE", description = "The device.")
          Optional<String> device,
      @Option(
              names = "--at",
              paramLabel = "TIME",
              description = "A date or time in UTC (ISO 8601); default now.")
          Optional<String> at) {
    if (id.isPresent() == device.isPresent()) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "give --id of a prediction, or --device with --at");
    }
    ApiPath path = ApiPath.of("scored").query("id", id).query("device", device);
    if (device.isPresent()) {
      long atMs = at.map(Moment::parse).orElseGet(console.clock()::instant).toEpochMilli();
      path = path.query("atMs", atMs);
    }
    try (ApiClient client = api.open()) {
      console.show(client.get(path.toString()), PredictionsCommand::origin);
    }
    return 0;
  }

  private static String origin(Json origin) {
    Table table = new Table("DEVICE", origin.text("device"));
    table.row("version", origin.text("model") + ":" + origin.text("version"));
    table.row("bundle", origin.text("bundle"));
    table.row("publisher", origin.text("publisher"));
    table.row("rollout", origin.text("rollout"));
    table.row("time", Instant.ofEpochMilli(origin.get("atMs").asLong()));
    return table.toString();
  }

  private static String describe(Json counts) {
    StringBuilder text = new StringBuilder();
    text.append("stored ").append(counts.text("stored"));
    text.append(", duplicates ").append(counts.text("duplicates"));
    Json versions = counts.get("byVersion");
    for (String version : versions.names()) {
      text.append(", version ").append(version).append(": ").append(versions.text(version));
    }
    Table table = new Table("DEVICE", "MADE", "CAPTURED", "REFUSED", "STORED");
    Json devices = counts.get("byDevice");
    for (String id : devices.names()) {
      Json device = devices.get(id);
      table.row(
          id,
          device.text("made"),
          device.text("captured"),
          device.text("refused"),
          device.text("stored"));
    }
    return table.isEmpty() ? text.toString() : text + "\n" + table;
  }
}
