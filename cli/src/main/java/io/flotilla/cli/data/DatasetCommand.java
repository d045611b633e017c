package io.flotilla.cli.data;

import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Console;
import io.flotilla.cli.console.Table;
import io.flotilla.cli.console.Terminal;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

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

  /** {@code name:version}. */
  static String version(Json dataset) {
    return dataset.text("name") + ":" + dataset.text("version");
  }
}
