package io.flotilla.cli.environment;

import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Console;
import io.flotilla.cli.console.DeviceSelector;
import io.flotilla.cli.console.FitText;
import io.flotilla.cli.console.KeyValues.Version;
import io.flotilla.cli.console.Reason;
import io.flotilla.cli.console.Table;
import io.flotilla.cli.console.Terminal;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code flotilla environment}: what models need of a device. */
@Command(
    name = "environment",
    description = "What models need of a device: named, versioned, used by many models.",
    footer = {"Example:", "  flotilla environment register edge-cpu --file edge-cpu.yaml"})
public final class EnvironmentCommand extends CommandGroup {
  /** The group on this terminal. */
  public EnvironmentCommand(Terminal terminal) {
    super(terminal);
  }

  @Command(
      name = "register",
      description = {
        "Register the next version of an environment from a YAML or JSON file.",
        "The same content again is the same version. docs/registry.md lists the keys."
      },
      footer = {"Example:", "  flotilla environment register edge-cpu --file edge-cpu.yaml"})
  int register(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "NAME") String name,
      @Mixin EnvironmentFile file,
      @Mixin Reason reason) {
    try (ApiClient client = api.open()) {
      console.show(
          client.post(ApiPath.of("environments", name).toString(), reason.in(file.body())),
          e -> "registered %s:%s".formatted(e.text("name"), e.text("version")));
    }
    return 0;
  }

  @Command(
      name = "list",
      description = "List the environments and their versions.",
      footer = {"Example:", "  flotilla environment list"})
  int list(@Mixin Console console, @Mixin Api api) {
    try (ApiClient client = api.open()) {
      List<Json> environments = client.list(ApiPath.of("environments"));
      Table table = new Table("ENVIRONMENT", "REGISTERED", "BY", "DESCRIPTION");
      for (Json one : environments) {
        table.row(
            one.text("name") + ":" + one.text("version"),
            Instant.ofEpochMilli(one.get("atMs").asLong()),
            one.text("by"),
            one.text("description"));
      }
      console.show(
          Json.object().put("items", environments),
          j -> table.isEmpty() ? "no environment" : table.toString());
    }
    return 0;
  }

  @Command(
      name = "show",
      description = "Show what an environment asks for.",
      footer = {"Example:", "  flotilla environment show edge-cpu:1"})
  int show(
      @Mixin Console console, @Mixin Api api, @Parameters(paramLabel = "NAME:VERSION") String id) {
    try (ApiClient client = api.open()) {
      console.show(client.get(path(Version.parse(id)).toString()), Json::pretty);
    }
    return 0;
  }

  @Command(
      name = "fit",
      description = "Say which devices satisfy an environment, and why others do not.",
      footer = {"Example:", "  flotilla environment fit edge-cpu:1 --selector site=lyon"})
  int fit(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "NAME:VERSION") String id,
      @Mixin DeviceSelector devices) {
    Version version = Version.parse(id);
    ApiPath path =
        devices.on(
            ApiPath.of("environments", version.name(), "versions", version.version(), "fit"));
    try (ApiClient client = api.open()) {
      console.show(client.get(path.toString()), FitText::of);
    }
    return 0;
  }

  private static ApiPath path(Version version) {
    return ApiPath.of("environments", version.name(), "versions", version.version());
  }
}
