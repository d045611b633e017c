package io.flotilla.cli.models;

import io.flotilla.cli.client.ApiPath;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Order and place of a page of versions. */
final class PageOptions {
  @Option(names = "--sort", paramLabel = "KEY", description = "Order of what is found.")
  private @Nullable String sort;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "50",
      description = "Most versions shown, 1 to 1000; default ${DEFAULT-VALUE}.")
  private int limit;

  @Option(
      names = "--after",
      paramLabel = "CURSOR",
      description = "Go on where an earlier page ended.")
  private @Nullable String after;

  /** The path with all of it. */
  ApiPath on(ApiPath path) {
    return path.query("sort", Optional.ofNullable(sort))
        .query("after", Optional.ofNullable(after))
        .query("limit", limit);
  }
}
