package io.flotilla.cli.observe;

import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Console;
import io.flotilla.cli.console.Table;
import io.flotilla.cli.console.Terminal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
