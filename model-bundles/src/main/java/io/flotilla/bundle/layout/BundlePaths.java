package io.flotilla.bundle.layout;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import java.util.regex.Pattern;

/**
 * Paths inside a bundle: relative, with {@code /} between segments, in plain ASCII, so that they
 * mean the same on every file system and fit the name field of a tar header.
 */
public final class BundlePaths {
  /** The manifest, JSON. */
  public static final String MANIFEST = "bundle.json";

  /** The signature over all other files. */
  public static final String SIGNATURE = "bundle.sig";

  /** The drift baseline, CBOR. */
  public static final String BASELINE = "baseline.cbor";

  /** The golden vectors, CBOR. */
  public static final String GOLDEN_VECTORS = "tests/golden.cbor";

  /** The folder of the model files, with its slash. */
  public static final String MODELS = "models/";

  /** Most characters, and bytes, of a path. */
  public static final int MAX_LENGTH = 100;

  /** Most segments of a path. */
  public static final int MAX_DEPTH = 8;

  private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*");

  private BundlePaths() {}

  /**
   * The path itself, if a bundle may have it.
   *
   * @param path at most {@link #MAX_LENGTH} characters in at most {@link #MAX_DEPTH} segments; each
   *     segment of letters, digits, dot, hyphen and underscore, beginning with none of dot and
   *     hyphen (so there is neither a hidden file nor a way up)
   * @throws FlotillaException {@code BUNDLE_PATH_UNSAFE} otherwise
   */
  public static String requireSafe(String path) {
    if (path.length() > MAX_LENGTH) {
      throw unsafe(path.substring(0, MAX_LENGTH) + "...", "is over " + MAX_LENGTH + " characters");
    }
    String[] segments = path.split("/", -1);
    if (segments.length > MAX_DEPTH) {
      throw unsafe(path, "is over " + MAX_DEPTH + " folders deep");
    }
    for (String segment : segments) {
      if (!SEGMENT.matcher(segment).matches()) {
        throw unsafe(path, "is not a plain relative path");
      }
    }
    return path;
  }

  private static FlotillaException unsafe(String path, String why) {
    return new FlotillaException(
        ErrorCode.BUNDLE_PATH_UNSAFE, "the path \"%s\" %s".formatted(Printable.of(path), why));
  }
}
