package io.flotilla.cli.models;

import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.console.Api;
import io.flotilla.cli.console.KeyValues.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a person names where a bundle is wanted: a path where there is one, else a registered
 * version, which is downloaded.
 *
 * @param path the folder or file, or the archive that was downloaded
 * @param version the registered version, if it is one
 */
public record RegisteredBundle(Path path, Optional<Version> version) {
  private static final Pattern REGISTERED =
      Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}(:[1-9][0-9]{0,8}|@[a-z0-9][a-z0-9._-]{0,63})");

  /**
   * Finds it; asks the controller only where no path is meant.
   *
   * @param source a path, {@code digits:3} or {@code digits@champion}
   * @param archive where a download goes
   */
  public static RegisteredBundle find(String source, Api api, Path archive) {
    Path path = Path.of(source);
    if (Files.exists(path) || !REGISTERED.matcher(source).matches()) {
      return new RegisteredBundle(path, Optional.empty());
    }
    try (ApiClient client = api.open()) {
      Version version = VersionName.resolve(client, source);
      return new RegisteredBundle(
          client.download(VersionName.path(version, "archive").toString(), archive),
          Optional.of(version));
    }
  }
}
