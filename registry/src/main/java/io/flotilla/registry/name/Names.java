package io.flotilla.registry.name;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Names are 1 to 64 of {@code a-z 0-9 . _ -}, beginning with a letter or digit: they are parts of
 * keys, paths and topics, so nothing else may be in them.
 */
public final class Names {
  /** Most tags of one thing. */
  public static final int MAX_TAGS = 32;

  /** Longest key of a tag in characters. */
  public static final int MAX_TAG_KEY = 64;

  /** Longest value of a tag in characters. */
  public static final int MAX_TAG_VALUE = 256;

  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

  private Names() {}

  /** Whether this is a name. */
  public static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  /**
   * Checks a name.
   *
   * @param what whose name it is, for the message
   * @throws FlotillaException {@code NAME_INVALID} if it is none
   */
  public static void requireName(String what, String text) {
    if (!isName(text)) {
      throw new FlotillaException(
          ErrorCode.NAME_INVALID,
          "a %s name has 1 to 64 of a-z, 0-9, '.', '_' and '-' and begins with a letter or digit"
              .formatted(what));
    }
  }

  /**
   * Checks tags.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if there are too many or one is too long
   */
  public static void requireTags(Map<String, String> tags) {
    if (tags.size() > MAX_TAGS) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "at most %d tags are allowed".formatted(MAX_TAGS));
    }
    tags.forEach(
        (key, value) -> {
          if (key.isBlank() || key.length() > MAX_TAG_KEY || value.length() > MAX_TAG_VALUE) {
            throw new FlotillaException(
                ErrorCode.INPUT_INVALID,
                "a tag has a key of 1 to %d and a value of up to %d characters"
                    .formatted(MAX_TAG_KEY, MAX_TAG_VALUE));
          }
        });
  }
}
