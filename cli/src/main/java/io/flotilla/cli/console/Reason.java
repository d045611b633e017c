package io.flotilla.cli.console;

import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that says why something is done. The controller keeps it in its audit log. */
public final class Reason {
  private static final String NAME = "reason";

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "Why, in one line of up to 500 characters, for the audit log.")
  private @Nullable String text;

  /** What was said, if anything. */
  public Optional<String> text() {
    return Optional.ofNullable(text);
  }

  /** A request's body with the reason as its member, if one was given. */
  public Json in(Json body) {
    return text == null ? body : body.put(NAME, text);
  }

  /** A path with the reason as its query parameter, if one was given. */
  public ApiPath on(ApiPath path) {
    return path.query(NAME, text());
  }
}
