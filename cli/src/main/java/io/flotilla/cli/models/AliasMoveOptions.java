package io.flotilla.cli.models;

import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.Reason;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** On what condition an alias moves, and why. */
final class AliasMoveOptions {
  @Option(
      names = "--expect",
      paramLabel = "VERSION",
      description = "The version it must point at now; 0 if it must not exist.")
  private @Nullable Integer expected;

  @Mixin private final Reason reason = new Reason();

  /** The move to a version, as the API takes it. */
  Json to(int version) {
    Json body = Json.object().put("version", version);
    if (expected != null) {
      body.put("expected", expected);
    }
    return reason.in(body);
  }
}
