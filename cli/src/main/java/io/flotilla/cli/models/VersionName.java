package io.flotilla.cli.models;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.console.KeyValues.Version;

/** A version as typed: {@code digits:3}, or {@code digits@champion} by its alias. */
public final class VersionName {
  private VersionName() {}

  /**
   * The version that is meant now; asks the controller where an alias says it.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if it is neither, {@code ALIAS_NOT_FOUND}, or
   *     what every call throws
   */
  public static Version resolve(ApiClient client, String text) {
    int at = text.indexOf('@');
    if (at < 0) {
      return Version.parse(text);
    }
    if (at == 0 || at == text.length() - 1) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "'%s' is not a version such as digits:3 or digits@champion".formatted(text));
    }
    String model = text.substring(0, at);
    String alias = text.substring(at + 1);
    return new Version(
        model,
        client
            .get(ApiPath.of("models", model, "aliases", alias).toString())
            .get("version")
            .asInt());
  }

  /** The path of a version, and of what is below it. */
  public static ApiPath path(Version version, Object... below) {
    Object[] segments = new Object[4 + below.length];
    segments[0] = "models";
    segments[1] = version.name();
    segments[2] = "versions";
    segments[3] = version.version();
    System.arraycopy(below, 0, segments, 4, below.length);
    return ApiPath.of(segments);
  }
}
