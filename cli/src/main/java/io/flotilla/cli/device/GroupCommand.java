package io.flotilla.cli.device;

import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Console;
import io.flotilla.cli.console.Reason;
import io.flotilla.cli.console.Table;
import io.flotilla.cli.console.Terminal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code flotilla group}: selectors with names. */
@Command(
    name = "group",
    description = {
      "Selectors with names. A device belongs to a group while its labels and facts say so.",
      "Wherever a selector is asked for, @NAME stands for the terms of a group."
    },
    footer = {"Example:", "  flotilla group set lyon-gpus 'site=lyon, gpu!=none, runtime>=1.29'"})
public final class GroupCommand extends CommandGroup {
  private static final String GROUPS = "groups";

  /** The group on this terminal. */
  public GroupCommand(Terminal terminal) {
    super(terminal);
  }

  @Command(
      name = "preview",
      description = "Say which devices a selector means now, before it is used.",
      footer = {"Example:", "  flotilla group preview 'site=lyon, gpu!=none, runtime>=1.29'"})
  int preview(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "SELECTOR") String selector) {
    try (ApiClient client = api.open()) {
      Json answer =
          client.post(
              ApiPath.of(GROUPS, "preview").toString(), Json.object().put("selector", selector));
      console.show(answer, GroupCommand::describe);
    }
    return 0;
  }

  @Command(
      name = "set",
      description = {
        "Save a selector under a name, in place of what had the name.",
        "Rollouts that were created with the group go on with what it meant then."
      },
      footer = {"Example:", "  flotilla group set lyon-gpus 'site=lyon, gpu!=none'"})
  int set(@Mixin Console console, @Mixin Api api, @Mixin GroupOptions group, @Mixin Reason reason) {
    try (ApiClient client = api.open()) {
      console.show(
          client.put(ApiPath.of(GROUPS, group.name()).toString(), reason.in(group.body())),
          GroupCommand::line);
    }
    return 0;
  }

  @Command(
      name = "list",
      description = "List the groups with the number of their devices.",
      footer = {"Example:", "  flotilla group list"})
  int list(@Mixin Console console, @Mixin Api api) {
    try (ApiClient client = api.open()) {
      Json answer = client.get(ApiPath.of(GROUPS).toString());
      Table table = new Table("GROUP", "DEVICES", "ONLINE", "SELECTOR", "DESCRIPTION");
      for (Json group : answer.get("items").items()) {
        table.row(
            group.text("name"),
            group.text("devices"),
            group.text("online"),
            group.text("selector"),
            group.text("description"));
      }
      console.show(answer, j -> table.isEmpty() ? "no group" : table.toString());
    }
    return 0;
  }

  @Command(
      name = "show",
      description = "Show a group.",
      footer = {"Example:", "  flotilla group show lyon-gpus"})
  int show(@Mixin Console console, @Mixin Api api, @Parameters(paramLabel = "NAME") String name) {
    try (ApiClient client = api.open()) {
      console.show(client.get(ApiPath.of(GROUPS, name).toString()), GroupCommand::line);
    }
    return 0;
  }

  @Command(
      name = "delete",
      description = "Delete a group. Its devices stay as they are.",
      footer = {"Example:", "  flotilla group delete lyon-gpus"})
  int delete(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "NAME") String name,
      @Mixin Reason reason) {
    try (ApiClient client = api.open()) {
      ApiPath path = reason.on(ApiPath.of(GROUPS, name));
      console.show(client.delete(path.toString()), j -> name + " is deleted");
    }
    return 0;
  }

  private static String line(Json group) {
    return "%s is %s: %s devices now, %s online"
        .formatted(
            group.text("name"),
            group.text("selector"),
            group.text("devices"),
            group.text("online"));
  }

  private static String describe(Json preview) {
    Table table = new Table("SELECTOR", preview.text("selector"));
    table.row("devices", preview.text("devices") + " of " + preview.text("enrolled"));
    table.row("online", preview.text("online"));
    for (String fact : new String[] {"running", "runtime", "provider"}) {
      Json counts = preview.get(fact);
      counts.names().forEach(value -> table.row(fact, value + ": " + counts.text(value)));
    }
    preview.get("first").items().forEach(id -> table.row("for instance", id.asText()));
    return table.toString();
  }
}
