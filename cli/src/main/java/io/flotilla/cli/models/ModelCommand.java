package io.flotilla.cli.models;

import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Console;
import io.flotilla.cli.console.KeyValues;
import io.flotilla.cli.console.KeyValues.Version;
import io.flotilla.cli.console.Table;
import io.flotilla.cli.console.Terminal;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flotilla model}: the registered versions of models. */
@Command(
    name = "model",
    description = "The registered versions of models.",
    subcommands = ModelRegisterCommand.class,
    footer = {"Example:", "  flotilla model list"})
public final class ModelCommand extends CommandGroup {
  /** The group on this terminal. */
  public ModelCommand(Terminal terminal) {
    super(terminal);
  }

  @Command(
      name = "list",
      description = "List the registered versions, of all models or of one.",
      footer = {"Example:", "  flotilla model list digits"})
  int list(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "MODEL", arity = "0..1", defaultValue = "") String model) {
    ApiPath path = model.isEmpty() ? ApiPath.of("models") : ApiPath.of("models", model);
    try (ApiClient client = api.open()) {
      List<Json> versions = client.list(path);
      console.json(Json.object().put("items", versions));
      Table table = new Table("VERSION", "BUNDLE", "PUBLISHER", "REGISTERED", "TAGS");
      for (Json version : versions) {
        table.row(
            name(version),
            abbreviated(version.text("bundle")),
            version.text("publisher"),
            Instant.ofEpochMilli(version.get("registeredAtMs").asLong()),
            KeyValues.text(version.get("tags")));
      }
      console.say(table.isEmpty() ? "no version is registered" : table);
    }
    return 0;
  }

  @Command(
      name = "show",
      description = "Show a registered version.",
      footer = {"Example:", "  flotilla model show digits:1"})
  int show(
      @Mixin Console console, @Mixin Api api, @Parameters(paramLabel = "MODEL:VERSION") String id) {
    try (ApiClient client = api.open()) {
      console.show(client.get(path(Version.parse(id))), ModelCommand::describe);
    }
    return 0;
  }

  @Command(
      name = "delete",
      description = {
        "Delete a registered version that no device desires or runs. Its number is not used again.",
        "Asks first where a person sits at the terminal."
      },
      footer = {"Example:", "  flotilla model delete digits:1 --yes"})
  int delete(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "MODEL:VERSION") String id,
      @Option(names = "--yes", description = "Do not ask.") boolean yes) {
    Version version = Version.parse(id);
    console.confirm(yes, "Delete " + version + "?");
    try (ApiClient client = api.open()) {
      client.delete(path(version));
      console.show(Json.object().put("deleted", version.toString()), j -> "deleted " + version);
    }
    return 0;
  }

  /** {@code name:version} of a registered version. */
  static String name(Json version) {
    return version.text("model") + ":" + version.text("version");
  }

  private static String path(Version version) {
    return ApiPath.of("models", version.name(), "versions", version.version()).toString();
  }

  private static String abbreviated(String digest) {
    return digest.substring(0, Math.min(12, digest.length()));
  }

  private static String describe(Json version) {
    Table table = new Table("MODEL", name(version));
    table.row("bundle", version.text("bundle"));
    table.row("publisher", version.text("publisher"));
    table.row("registered", Instant.ofEpochMilli(version.get("registeredAtMs").asLong()));
    table.row("tags", KeyValues.text(version.get("tags")));
    Json lineage = version.get("lineage");
    String commit = lineage.text("gitCommit");
    table.row("commit", commit + (lineage.get("gitDirty").asBoolean() ? " with changes" : ""));
    lineage.get("datasets").items().forEach(dataset -> table.row("dataset", dataset.asText()));
    table.row("run", lineage.text("run"));
    table.row("archive", version.get("archive").text("sizeBytes") + " bytes");
    return table.toString();
  }
}
