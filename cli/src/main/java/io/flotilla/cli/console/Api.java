package io.flotilla.cli.console;

import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.OperatorContext;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that says which controller to talk to. */
public final class Api {
  private final Terminal terminal;

  @Option(
      names = "--context",
      paramLabel = "FILE",
      description = {
        "The controller's operator.json, or the data folder that holds it.",
        "Default: $FLOTILLA_CONTEXT, else flotilla-data/controller/operator.json."
      })
  private @Nullable Path context;

  /** The option for commands on this terminal; picocli fills it in. */
  public Api(Terminal terminal) {
    this.terminal = terminal;
  }

  /**
   * The context that was named.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code FILE_MISSING} or {@code
   *     CONFIGURATION_INVALID} if it cannot be read
   */
  public OperatorContext context() {
    return OperatorContext.find(Optional.ofNullable(context), terminal.variables());
  }

  /** A client of the controller that the context names; see {@link #context}. */
  public ApiClient open() {
    return new ApiClient(context());
  }
}
