package io.flotilla.bundle.layout;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Collects the paths of one bundle and refuses those that could not lie beside each other on every
 * file system. Not thread-safe.
 */
public final class PathSet {
  private final Set<String> files = new HashSet<>();
  private final Set<String> folders = new HashSet<>();

  /**
   * Adds a path.
   *
   * @throws FlotillaException {@code BUNDLE_PATH_UNSAFE} if it is not safe, repeats another (upper
   *     and lower case counting as equal), or is a folder of another or lies under one that is a
   *     file
   */
  public void add(String path) {
    String key = BundlePaths.requireSafe(path).toLowerCase(Locale.ROOT);
    if (folders.contains(key) || !files.add(key)) {
      throw clash(path);
    }
    for (int slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', slash + 1)) {
      String folder = key.substring(0, slash);
      if (files.contains(folder)) {
        throw clash(path);
      }
      folders.add(folder);
    }
  }

  private static FlotillaException clash(String path) {
    return new FlotillaException(
        ErrorCode.BUNDLE_PATH_UNSAFE,
        "the path \"%s\" repeats or collides with another of the bundle".formatted(path));
  }
}
