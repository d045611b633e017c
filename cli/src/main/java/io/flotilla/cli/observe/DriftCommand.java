package io.flotilla.cli.observe;

import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Console;
import io.flotilla.cli.console.Reason;
import io.flotilla.cli.console.Table;
import io.flotilla.cli.console.Terminal;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code flotilla drift}: which devices see other data than their model was made for. */
@Command(
    name = "drift",
    description = "Which devices see other data than their model was made for.",
    footer = {"Example:", "  flotilla drift show digits"})
public final class DriftCommand extends CommandGroup {
  private static final int FEATURES_SHOWN = 3;

  /** The group on this terminal. */
  public DriftCommand(Terminal terminal) {
    super(terminal);
  }

  @Command(
      name = "show",
      description = {
        "Show per device how far its last window deviates from the baseline.",
        "Deviation is the largest over the features, judged by the threshold; beside each of the",
        "features that moved most is its Jensen-Shannon effect size (0 to 1)."
      },
      footer = {"Example:", "  flotilla drift show digits --json"})
  int show(@Mixin Console console, @Mixin Api api, @Parameters(paramLabel = "MODEL") String model) {
    try (ApiClient client = api.open()) {
      console.show(client.get(ApiPath.of("drift", model).toString()), DriftCommand::describe);
    }
    return 0;
  }

  @Command(
      name = "cohorts",
      description = {
        "Group the devices that are flagged now by likeness, and label each with its cohort.",
        "Rows captured from them since their flag then belong to that cohort."
      },
      footer = {"Example:", "  flotilla drift cohorts digits"})
  int cohorts(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "MODEL") String model,
      @Mixin Reason reason) {
    try (ApiClient client = api.open()) {
      Json answer =
          client.post(reason.on(ApiPath.of("drift", model, "cohorts")).toString(), Json.object());
      console.show(answer, a -> describeCohorts(a.get("cohorts")));
    }
    return 0;
  }

  private static String describe(Json drift) {
    Table table =
        new Table("DEVICE", "VERSION", "WINDOWS", "FLAGGED", "DEVIATION", "THRESHOLD", "FEATURES");
    for (Json device : drift.get("devices").items()) {
      List<Json> features = device.get("features").items();
      table.row(
          device.text("device"),
          device.text("version"),
          device.text("windows"),
          device.get("flagged").asBoolean() ? "since window " + device.text("sinceWindow") : "",
          number(device.get("deviation")),
          number(device.get("threshold")),
          features.stream()
              .limit(FEATURES_SHOWN)
              .map(f -> f.text("feature") + " (" + number(f.get("jensenShannon")) + ")")
              .collect(Collectors.joining(", ")));
    }
    return table.isEmpty() ? "no window yet" : table.toString();
  }

  private static String describeCohorts(Json cohorts) {
    Table table = new Table("COHORT", "DEVICES");
    for (String name : cohorts.names()) {
      table.row(
          name,
          cohorts.get(name).items().stream().map(Json::asText).collect(Collectors.joining(", ")));
    }
    return table.isEmpty() ? "no device is flagged" : table.toString();
  }

  private static String number(Json value) {
    return value.isPresent() ? "%.3f".formatted(value.asDouble()) : "";
  }
}
