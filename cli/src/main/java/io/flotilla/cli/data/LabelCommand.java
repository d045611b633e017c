package io.flotilla.cli.data;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.CommandGroup;
import io.flotilla.cli.console.Console;
import io.flotilla.cli.console.Reason;
import io.flotilla.cli.console.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code flotilla label}: the truth about predictions, when it is known. */
@Command(
    name = "label",
    description = "The truth about predictions, once it is known.",
    footer = {"Example:", "  flotilla label upload labels.ndjson"})
public final class LabelCommand extends CommandGroup {
  private static final String NDJSON = "application/x-ndjson";

  /** The group on this terminal. */
  public LabelCommand(Terminal terminal) {
    super(terminal);
  }

  @Command(
      name = "upload",
      description = {
        "Upload labels for captured predictions.",
        "The file has one JSON object a line, {\"id\":…,\"label\":…}, the id being the prediction's."
      },
      footer = {"Example:", "  flotilla label upload labels.ndjson"})
  int upload(
      @Mixin Console console,
      @Mixin Api api,
      @Parameters(paramLabel = "FILE", description = "The labels; - is standard input.") Path file,
      @Mixin Reason reason)
      throws IOException {
    String path = reason.on(ApiPath.of("labels")).toString();
    try (ApiClient client = api.open()) {
      Json uploaded =
          file.toString().equals("-")
              ? client.upload(path, NDJSON, console.terminal().in().readAllBytes())
              : client.upload(path, NDJSON, file);
      if (uploaded.get("accepted").asLong() + uploaded.get("unknown").asLong() == 0) {
        throw new FlotillaException(ErrorCode.INPUT_INVALID, "there is no label in " + file);
      }
      console.show(
          uploaded,
          answer ->
              "%s labels accepted, %s for predictions that are not known"
                  .formatted(answer.text("accepted"), answer.text("unknown")));
    }
    return 0;
  }
}
