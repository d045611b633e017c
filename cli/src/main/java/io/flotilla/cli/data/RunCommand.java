package io.flotilla.cli.data;

import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Console;
import io.flotilla.cli.console.Terminal;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code flotilla run}: executions of a pipeline. */
@Command(
    name = "run",
    description = "Train and compare models: executions of a pipeline in the controller.",
    subcommands = RunStartCommand.class,
    footer = {"Example:", "  flotilla run show 1"})
public final class RunCommand extends CommandGroup {
  /** The group on this terminal. */
  public RunCommand(Terminal terminal) {
    super(terminal);
  }

  @Command(
      name = "show",
      description = "Show a run: its state, its figures and whether its model is promoted.",
      footer = {"Example:", "  flotilla run show 1"})
  int show(@Mixin Console console, @Mixin Api api, @Parameters(paramLabel = "RUN") String id) {
    try (ApiClient client = api.open()) {
      console.show(client.get(ApiPath.of("runs", id).toString()), RunText::describe);
    }
    return 0;
  }

  @Command(
      name = "bundle",
      description = {
        "Download the bundle that a run made, as an unsigned archive.",
        "Look at it, sign it with 'bundle sign' and register it with 'model register'."
      },
      footer = {"Example:", "  flotilla run bundle 1 --out digits.tar"})
  int bundle(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "RUN") String id,
      @Option(names = "--out", required = true, paramLabel = "FILE", description = "The archive.")
          Path out) {
    try (ApiClient client = api.open()) {
      client.download(ApiPath.of("runs", id, "bundle").toString(), out);
      console.show(Json.object().put("run", id).put("bundle", out.toString()), j -> "wrote " + out);
    }
    return 0;
  }
}
