package io.flotilla.cli.models;

import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Table;
import io.flotilla.cli.console.Terminal;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flotilla model lineage}. */
@Command(
    name = "lineage",
    description = {
      "Show where a version came from and where it went.",
      "Datasets, git, run, environment, bundle, signature, rollouts, devices; as text, JSON or a",
      "drawing."
    },
    footer = {"Example:", "  flotilla model lineage digits:2 --svg lineage.svg"})
public final class ModelLineageCommand extends CommandGroup implements Callable<Integer> {
  @Mixin private final Api api;

  @Parameters(paramLabel = "MODEL:VERSION|MODEL@ALIAS")
  private String id = "";

  @Option(names = "--svg", paramLabel = "FILE", description = "Draw it into this file.")
  private @Nullable Path svg;

  /** The command on this terminal. */
  public ModelLineageCommand(Terminal terminal) {
    super(terminal);
    this.api = new Api(terminal);
  }

  @Override
  public Integer call() {
    try (ApiClient client = api.open()) {
      ApiPath path = VersionName.path(VersionName.resolve(client, id), "lineage");
      if (svg != null) {
        client.download(path.toString(), "image/svg+xml", svg);
        console().show(Json.object().put("svg", svg.toString()), j -> "wrote " + svg);
        return 0;
      }
      console().show(client.get(path.toString()), ModelLineageCommand::describe);
    }
    return 0;
  }

  private static String describe(Json graph) {
    Table table = new Table("FROM", "", "TO");
    for (Json edge : graph.get("edges").items()) {
      table.row(label(graph, edge.text("from")), edge.text("verb"), label(graph, edge.text("to")));
    }
    return table.toString();
  }

  private static String label(Json graph, String node) {
    return graph.get("nodes").items().stream()
        .filter(candidate -> candidate.text("id").equals(node))
        .findFirst()
        .map(found -> found.text("kind").toLowerCase(Locale.ROOT) + " " + found.text("label"))
        .orElse(node);
  }
}
