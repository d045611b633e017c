package io.flotilla.cli.score;

import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Terminal;
import io.flotilla.cli.process.ServiceOptions;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flotilla serve}. */
@Command(
    name = "serve",
    description = {
      "Serve a model on this machine with the agent's own code, for programs to try it.",
      "Open Inference Protocol v2 over HTTP, JSON, on the loopback address only: nobody else can",
      "reach it, and it asks for no token. Ends with Ctrl-C."
    },
    footer = {
      "Example:",
      "  flotilla serve digits:3 --port 8080",
      "  curl http://127.0.0.1:8080/v2/models/digits"
    })
public final class ServeCommand extends CommandGroup implements Callable<Integer> {
  @Mixin private final SourceOptions source;

  @Mixin private final ServiceOptions service = new ServiceOptions();

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "8080",
      description = "Port to listen on; 0 for a free one. Default ${DEFAULT-VALUE}.")
  private int port;

  /** The command on this terminal. */
  public ServeCommand(Terminal terminal) {
    super(terminal);
    this.source = new SourceOptions(terminal);
  }

  @Override
  public Integer call() throws IOException {
    try (LocalModel model = LocalModel.open(source, console());
        InferenceServer server = InferenceServer.start(model, port)) {
      Json ready =
          Json.object()
              .put("event", "serving")
              .put("url", server.url())
              .put("model", server.modelName());
      console().show(ready, j -> "serving %s at %s".formatted(server.modelName(), server.url()));
      service.run(console(), stop -> stop.await());
    }
    return 0;
  }
}
