package io.flotilla.cli.data;

import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Console;
import io.flotilla.cli.console.KeyValues.Version;
import io.flotilla.cli.console.Table;
import io.flotilla.cli.console.Terminal;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code flotilla dataset}: the data that models are made from. */
@Command(
    name = "dataset",
    description = "The data that models are made from, versioned by content.",
    subcommands = {DatasetRegisterCommand.class, DatasetSampleCommand.class},
    footer = {"Example:", "  flotilla dataset list"})
public final class DatasetCommand extends CommandGroup {
  /** The group on this terminal. */
  public DatasetCommand(Terminal terminal) {
    super(terminal);
  }

  @Command(
      name = "list",
      description = "List the datasets and their versions.",
      footer = {"Example:", "  flotilla dataset list"})
  int list(@Mixin Console console, @Mixin Api api) {
    try (ApiClient client = api.open()) {
      List<Json> datasets = client.list(ApiPath.of("datasets"));
      console.json(Json.object().put("items", datasets));
      Table table = new Table("DATASET", "ROWS", "COLUMNS", "DIGEST");
      for (Json dataset : datasets) {
        table.row(
            version(dataset),
            dataset.text("rows"),
            dataset.get("columns").size(),
            dataset.text("digest"));
      }
      console.say(table.isEmpty() ? "no dataset" : table);
    }
    return 0;
  }

  @Command(
      name = "show",
      description = "Show a dataset: its format, columns and tags.",
      footer = {"Example:", "  flotilla dataset show digits-train:1"})
  int show(
      @Mixin Console console, @Mixin Api api, @Parameters(paramLabel = "NAME:VERSION") String id) {
    try (ApiClient client = api.open()) {
      console.show(client.get(path(id).toString()), Json::pretty);
    }
    return 0;
  }

  @Command(
      name = "profile",
      description = "Show what is in each column: type, missing, distinct, range, quantiles.",
      footer = {"Example:", "  flotilla dataset profile digits-train:1"})
  int profile(
      @Mixin Console console, @Mixin Api api, @Parameters(paramLabel = "NAME:VERSION") String id) {
    try (ApiClient client = api.open()) {
      console.show(client.get(path(id, "profile").toString()), DatasetText::profile);
    }
    return 0;
  }

  @Command(
      name = "compare",
      description = "Say how the columns of two datasets differ, largest difference first.",
      footer = {"Example:", "  flotilla dataset compare digits-train:1 digits-field:1"})
  int compare(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "NAME:VERSION") String id,
      @Parameters(paramLabel = "OTHER:VERSION") String other) {
    try (ApiClient client = api.open()) {
      ApiPath path = path(id, "comparison").query("with", Version.parse(other));
      console.show(client.get(path.toString()), DatasetText::comparison);
    }
    return 0;
  }

  private static ApiPath path(String id, String... below) {
    Version version = Version.parse(id);
    return below.length == 0
        ? ApiPath.of("datasets", version.name(), "versions", version.version())
        : ApiPath.of("datasets", version.name(), "versions", version.version(), below[0]);
  }

  /** {@code name:version}. */
  static String version(Json dataset) {
    return dataset.text("name") + ":" + dataset.text("version");
  }
}
