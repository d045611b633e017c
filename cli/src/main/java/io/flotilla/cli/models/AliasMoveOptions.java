package io.flotilla.cli.models;

import io.flotilla.cli.codec.Json;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** On what condition an alias moves, and why. */
final class AliasMoveOptions {
  @Option(
      names = "--expect",
      paramLabel = "VERSION",
      description = "The version it must point at now; 0 if it must not exist.")
  private @Nullable Integer expected;

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the history.")
  private @Nullable String reason;

  /** The move to a version, as the API takes it. */
  Json to(int version) {
    Json body = Json.object().put("version", version);
    if (expected != null) {
      body.put("expected", expected);
    }
    if (reason != null) {
      body.put("reason", reason);
    }
    return body;
  }
}
