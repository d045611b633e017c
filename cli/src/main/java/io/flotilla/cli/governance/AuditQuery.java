package io.flotilla.cli.governance;

import io.flotilla.cli.client.ApiPath;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which audit entries are shown. */
final class AuditQuery {
  @Option(names = "--actor", paramLabel = "WHO", description = "Only what they did.")
  private @Nullable String actor;

  @Option(
      names = "--action",
      paramLabel = "PREFIX",
      description = "Only actions that begin so, as in model. or rollout.create.")
  private @Nullable String action;

  @Option(
      names = "--subject",
      paramLabel = "SUBJECT",
      description = "Only what was done to this, as in model/digits:3.")
  private @Nullable String subject;

  @Option(names = "--after", paramLabel = "NUMBER", description = "Only entries after this number.")
  private @Nullable String after;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100",
      description = "Most entries shown, 1 to 1000; default ${DEFAULT-VALUE}.")
  private int limit;

  /** The path of the page. */
  ApiPath path() {
    return ApiPath.of("audit")
        .query("actor", Optional.ofNullable(actor))
        .query("action", Optional.ofNullable(action))
        .query("subject", Optional.ofNullable(subject))
        .query("after", Optional.ofNullable(after))
        .query("limit", limit);
  }
}
