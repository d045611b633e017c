package io.flotilla.cli.models;

import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Console;
import io.flotilla.cli.console.KeyValues.Version;
import io.flotilla.cli.console.Reason;
import io.flotilla.cli.console.Table;
import io.flotilla.cli.console.Terminal;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code flotilla model alias}. */
@Command(
    name = "alias",
    description =
        "Names that point at versions, such as champion and candidate, with their history.",
    footer = {"Example:", "  flotilla model alias set digits:3 champion --expect 2"})
public final class AliasCommand extends CommandGroup {
  /** The command on this terminal. */
  public AliasCommand(Terminal terminal) {
    super(terminal);
  }

  @Command(
      name = "set",
      description = {
        "Point an alias at a version.",
        "With --expect nothing happens if somebody else moved it meanwhile."
      },
      footer = {"Example:", "  flotilla model alias set digits:3 champion --expect 2"})
  int set(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "MODEL:VERSION") String id,
      @Parameters(paramLabel = "ALIAS") String alias,
      @Mixin AliasMoveOptions options) {
    Version version = Version.parse(id);
    try (ApiClient client = api.open()) {
      console.show(
          client.put(path(version.name(), alias).toString(), options.to(version.version())),
          now -> "%s@%s is %s".formatted(version.name(), alias, version));
    }
    return 0;
  }

  @Command(
      name = "list",
      description = "List a model's aliases.",
      footer = {"Example:", "  flotilla model alias list digits"})
  int list(@Mixin Console console, @Mixin Api api, @Parameters(paramLabel = "MODEL") String model) {
    try (ApiClient client = api.open()) {
      Json aliases = client.get(ApiPath.of("models", model).toString()).get("aliases");
      Table table = new Table("ALIAS", "VERSION");
      for (String alias : aliases.names()) {
        table.row(alias, model + ":" + aliases.text(alias));
      }
      console.show(aliases, j -> table.isEmpty() ? "no alias" : table.toString());
    }
    return 0;
  }

  @Command(
      name = "history",
      description = "Show where an alias pointed, and when.",
      footer = {"Example:", "  flotilla model alias history digits champion"})
  int history(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "MODEL") String model,
      @Parameters(paramLabel = "ALIAS") String alias) {
    try (ApiClient client = api.open()) {
      List<Json> changes = client.list(ApiPath.of("models", model, "aliases", alias, "history"));
      console.show(Json.object().put("items", changes), j -> ModelText.aliasHistory(changes));
    }
    return 0;
  }

  @Command(
      name = "remove",
      description = "Remove an alias; its history stays.",
      footer = {"Example:", "  flotilla model alias remove digits candidate"})
  int remove(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "MODEL") String model,
      @Parameters(paramLabel = "ALIAS") String alias,
      @Mixin Reason reason) {
    try (ApiClient client = api.open()) {
      client.delete(reason.on(path(model, alias)).toString());
      console.show(
          Json.object().put("removed", model + "@" + alias), j -> "removed " + model + "@" + alias);
    }
    return 0;
  }

  private static ApiPath path(String model, String alias) {
    return ApiPath.of("models", model, "aliases", alias);
  }
}
