package io.flotilla.cli.environment;

import io.flotilla.cli.codec.Json;
import io.flotilla.cli.files.SmallFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** An environment to be registered, as it is written down. */
final class EnvironmentFile {
  @Option(names = "--file", required = true, paramLabel = "FILE", description = "The file.")
  private Path file = Path.of("");

  @Option(names = "--description", paramLabel = "TEXT", description = "What it is for.")
  private @Nullable String description;

  /**
   * As the API takes it.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException what {@link SmallFile#text} and {@link
   *     Json#parseYaml} throw
   */
  Json body() {
    Json body = Json.object().put("spec", Json.parseYaml(SmallFile.text(file)));
    return description == null ? body : body.put("description", description);
  }
}
