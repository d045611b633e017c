package io.flotilla.cli.alert;

import io.flotilla.cli.codec.Json;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What is to be silenced, and how long. */
final class SilenceOptions {
  private static final int SECONDS = 60;

  @Option(
      names = "--rule",
      paramLabel = "NAME",
      description = "Of which rule; of all where left out.")
  private Optional<String> rule = Optional.empty();

  @Option(
      names = "--group",
      paramLabel = "VALUE",
      description = "Of which group; of all where left out.")
  private Optional<String> group = Optional.empty();

  @Option(
      names = "--minutes",
      paramLabel = "N",
      required = true,
      description = "How long, to 43200.")
  private long minutes;

  /** The API's form of it. */
  Json body() {
    Json body = Json.object().put("seconds", SECONDS * minutes);
    rule.ifPresent(name -> body.put("rule", name));
    group.ifPresent(value -> body.put("group", value));
    return body;
  }
}
