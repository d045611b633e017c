package io.flotilla.cli.models;

import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.client.VersionInUseException;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Console;
import io.flotilla.cli.console.DeviceSelector;
import io.flotilla.cli.console.FitText;
import io.flotilla.cli.console.KeyValues.Version;
import io.flotilla.cli.console.Reason;
import io.flotilla.cli.console.Terminal;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flotilla model}: the registered versions of models. */
@Command(
    name = "model",
    description = "The registered models and their versions.",
    subcommands = {
      ModelRegisterCommand.class,
      ModelTagCommand.class,
      AliasCommand.class,
      ModelLineageCommand.class,
      ModelDevicesCommand.class,
      ModelConvertCommand.class,
      ModelImportCommand.class,
      ModelProfileCommand.class
    },
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
    ApiPath path = model.isEmpty() ? ApiPath.of("models") : ApiPath.of("models", model, "versions");
    try (ApiClient client = api.open()) {
      List<Json> versions = client.list(path);
      console.show(Json.object().put("items", versions), j -> ModelText.versions(versions));
    }
    return 0;
  }

  @Command(
      name = "search",
      description = {
        "Find versions by terms that must all hold.",
        "  name=cam*  tag.team=vision  tag.team  alias=champion  metric.accuracy>0.9",
        "  input=FP32[?,64]  registered>=2026-11-01  publisher=lab  environment=edge:1",
        "  dataset=digits-train:1  verified=true",
        "Sorted by name, registered or metric.NAME; with a minus before it, downwards."
      },
      footer = {
        "Example:",
        "  flotilla model search tag.team=vision 'metric.accuracy>0.9' --sort=-metric.accuracy"
      })
  int search(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "TERM", arity = "1..*") List<String> terms,
      @Mixin PageOptions options) {
    ApiPath path = options.on(ApiPath.of("models").query("query", String.join(" ", terms)));
    try (ApiClient client = api.open()) {
      Json page = client.get(path.toString());
      console.show(page, p -> ModelText.versions(p.get("items").items()));
      if (page.get("next").isPresent()) {
        console.remark("there is more: go on with --after " + page.text("next"));
      }
    }
    return 0;
  }

  @Command(
      name = "show",
      description = "Show a registered version.",
      footer = {"Example:", "  flotilla model show digits@champion"})
  int show(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "MODEL:VERSION|MODEL@ALIAS") String id) {
    try (ApiClient client = api.open()) {
      Version version = VersionName.resolve(client, id);
      Json shown = client.get(VersionName.path(version).toString());
      Json profiles = client.get(VersionName.path(version, "profiles").toString());
      shown.put("recommendations", profiles.get("recommendations"));
      console.show(shown, ModelText::version);
    }
    return 0;
  }

  @Command(
      name = "inspect",
      description = {
        "Show what the controller found in a version's model files.",
        "Operators, opsets, weights, and how they loaded and ran in a process of their own."
      },
      footer = {"Example:", "  flotilla model inspect digits:1"})
  int inspect(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "MODEL:VERSION|MODEL@ALIAS") String id) {
    try (ApiClient client = api.open()) {
      Version version = VersionName.resolve(client, id);
      console.show(
          client.get(VersionName.path(version, "inspection").toString()), ModelText::inspection);
    }
    return 0;
  }

  @Command(
      name = "fit",
      description = "Say which devices can run a version, and why others cannot.",
      footer = {"Example:", "  flotilla model fit digits:1 --selector site=lyon"})
  int fit(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "MODEL:VERSION|MODEL@ALIAS") String id,
      @Mixin DeviceSelector devices) {
    try (ApiClient client = api.open()) {
      Version version = VersionName.resolve(client, id);
      ApiPath path = devices.on(VersionName.path(version, "fit"));
      console.show(client.get(path.toString()), FitText::of);
    }
    return 0;
  }

  @Command(
      name = "collect",
      description = "Remove stored files that no version, dataset or run needs any more.",
      footer = {"Example:", "  flotilla model collect"})
  int collect(@Mixin Console console, @Mixin Api api, @Mixin Reason reason) {
    try (ApiClient client = api.open()) {
      console.show(
          client.post(reason.on(ApiPath.of("blobs", "collect")).toString(), Json.object()),
          done ->
              "removed %s files of %s bytes, kept %s"
                  .formatted(done.text("collected"), done.text("bytes"), done.text("kept")));
    }
    return 0;
  }

  @Command(
      name = "delete",
      description = {
        "Delete a registered version that no device desires or runs, revoked ones aside.",
        "What uses it is named. Its number is not used again.",
        "Asks first where a person sits at the terminal."
      },
      footer = {"Example:", "  flotilla model delete digits:1 --reason 'never rolled out' --yes"})
  int delete(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "MODEL:VERSION") String id,
      @Mixin Reason reason,
      @Option(names = "--yes", description = "Do not ask.") boolean yes) {
    Version version = Version.parse(id);
    console.confirm(yes, "Delete " + version + "?");
    try (ApiClient client = api.open()) {
      client.delete(reason.on(VersionName.path(version)).toString());
      console.show(Json.object().put("deleted", version.toString()), j -> "deleted " + version);
    } catch (VersionInUseException e) {
      e.users().forEach(user -> console.remark("in use by " + user));
      if (e.userCount() > e.users().size()) {
        console.remark("in use by %d more".formatted(e.userCount() - e.users().size()));
      }
      throw e;
    }
    return 0;
  }
}
