package io.flotilla.cli.operator;

import io.flotilla.cli.codec.Json;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options that say what a token shall be. */
final class TokenOptions {
  @Option(
      names = "--out",
      required = true,
      paramLabel = "FOLDER",
      description = "Where the token goes; must not be there yet.")
  private Path out = Path.of("");

  @Option(
      names = "--days",
      paramLabel = "DAYS",
      defaultValue = "30",
      description = "How long it is good for; default ${DEFAULT-VALUE}.")
  private int days;

  Path out() {
    return out;
  }

  /** The API's form of them. */
  Json body() {
    return Json.object().put("days", days).put("description", "for " + out.getFileName());
  }
}
