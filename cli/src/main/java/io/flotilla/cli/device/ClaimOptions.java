package io.flotilla.cli.device;

import io.flotilla.cli.codec.Json;
import io.flotilla.cli.console.KeyValues;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which claims are to be made. */
final class ClaimOptions {
  @Option(
      names = "--count",
      defaultValue = "1",
      paramLabel = "N",
      description = "How many; default ${DEFAULT-VALUE}.")
  private int count;

  @Option(
      names = "--ttl",
      defaultValue = "3600",
      paramLabel = "SECONDS",
      description = "How long they can be used; default ${DEFAULT-VALUE}.")
  private long ttlSeconds;

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      arity = "1",
      description = "A label of every device that enrols by them; repeatable.")
  private @Nullable List<String> labels;

  /** As the API takes them. */
  Json body() {
    return Json.object()
        .put("count", count)
        .put("ttlSeconds", ttlSeconds)
        .put("labels", KeyValues.parse(labels));
  }
}
