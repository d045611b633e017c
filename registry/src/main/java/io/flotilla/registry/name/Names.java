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

  /** Most metrics of one thing. */
  public static final int MAX_METRICS = 64;

  /** Longest description in characters. */
  public static final int MAX_DESCRIPTION = 4096;

  /** Longest reason in characters. */
  public static final int MAX_REASON = 500;

  private static final Pattern METRIC = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final Pattern REFERENCE =
      Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}:[1-9][0-9]{0,8}");
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

  /** Whether this is a name of a metric: 1 to 64 letters, digits and {@code . _ -}. */
  public static boolean isMetric(String text) {
    return METRIC.matcher(text).matches();
  }

  /**
   * Checks a reference such as {@code digits:3}.
   *
   * @param what what it refers to, for the message
   * @throws FlotillaException {@code INPUT_INVALID} if it is none
   */
  public static void requireReference(String what, String text) {
    if (!REFERENCE.matcher(text).matches()) {
      throw invalid("a %s is given as name:version, such as digits:3".formatted(what));
    }
  }

  /**
   * Checks tags.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if there are too many, one is too long, or one
   *     holds a control character
   */
  public static void requireTags(Map<String, String> tags) {
    if (tags.size() > MAX_TAGS) {
      throw invalid("at most %d tags are allowed".formatted(MAX_TAGS));
    }
    tags.forEach(
        (key, value) -> {
          if (key.isBlank() || key.length() > MAX_TAG_KEY || value.length() > MAX_TAG_VALUE) {
            throw invalid(
                "a tag has a key of 1 to %d and a value of up to %d characters"
                    .formatted(MAX_TAG_KEY, MAX_TAG_VALUE));
          }
          if (!isPlain(key) || !isPlain(value)) {
            throw invalid("a tag holds no control characters");
          }
        });
  }

  /**
   * Checks metrics.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if there are too many, a name is none, or a
   *     value is not finite
   */
  public static void requireMetrics(Map<String, Double> metrics) {
    if (metrics.size() > MAX_METRICS) {
      throw invalid("at most %d metrics are allowed".formatted(MAX_METRICS));
    }
    metrics.forEach(
        (name, value) -> {
          if (!isMetric(name)) {
            throw invalid(
                "a metric has a name of 1 to 64 letters, digits, '.', '_' and '-' and begins with"
                    + " a letter or digit");
          }
          if (!Double.isFinite(value)) {
            throw invalid("the metric %s is no finite number".formatted(name));
          }
        });
  }

  /**
   * Checks a description of up to {@value #MAX_DESCRIPTION} characters.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if it is longer, or holds control characters
   *     other than line ends and tabs
   */
  public static void requireDescription(String text) {
    requireLength("description", text, MAX_DESCRIPTION);
    if (!isPlain(text.replaceAll("[\\r\\n\\t]", " "))) {
      throw invalid("a description holds no control characters but line ends and tabs");
    }
  }

  /**
   * Checks a reason: one line of up to {@value #MAX_REASON} characters.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if it is longer, or holds control characters,
   *     line ends among them
   */
  public static void requireReason(String text) {
    requireLength("reason", text, MAX_REASON);
    if (!isPlain(text)) {
      throw invalid("a reason holds no control characters and is one line");
    }
  }

  private static void requireLength(String what, String text, int maxChars) {
    if (text.length() > maxChars) {
      throw invalid("a %s has at most %d characters".formatted(what, maxChars));
    }
  }

  /** Whether a text has neither control characters nor halves of characters. */
  private static boolean isPlain(String text) {
    return text.codePoints()
        .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE);
  }

  private static FlotillaException invalid(String sentence) {
    return new FlotillaException(ErrorCode.INPUT_INVALID, sentence);
  }
}
