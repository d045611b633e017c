package io.flotilla.controller.device;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.Map;
import java.util.regex.Pattern;

/** The form of labels: small, and free of the characters that selectors use. */
public final class Labels {
  /** Most labels of one device. */
  public static final int MAX_LABELS = 32;

  private static final int MAX_SHOWN = 64;
  private static final Pattern KEY = Pattern.compile("[a-z0-9][a-z0-9._/-]{0,62}");
  private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9._:/-]{1,63}");

  /** What {@code id=…} in a selector means is the device's id. */
  static final String ID = "id";

  private Labels() {}

  /**
   * Checks labels.
   *
   * @return {@code labels}
   * @throws FlotillaException {@code INPUT_INVALID}
   */
  public static Map<String, String> require(Map<String, String> labels) {
    if (labels.size() > MAX_LABELS) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "a device has at most " + MAX_LABELS + " labels");
    }
    labels.forEach(
        (key, value) -> {
          if (!isKey(key) || key.equals(ID)) {
            throw new FlotillaException(
                ErrorCode.INPUT_INVALID,
                "a label's key must be 1 to 63 of a-z 0-9 . _ / - and not \"id\"");
          }
          if (!isValue(value)) {
            throw new FlotillaException(
                ErrorCode.INPUT_INVALID,
                "the value of label " + key + " must be 1 to 63 of A-Z a-z 0-9 . _ : / -");
          }
        });
    return labels;
  }

  static boolean isKey(String text) {
    return KEY.matcher(text).matches();
  }

  static boolean isValue(String text) {
    return VALUE.matcher(text).matches();
  }

  /** A text from outside, cut and without control characters, for a message. */
  static String printable(String text) {
    String cut = text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
    return cut.replaceAll("[^\\p{Graph} …]", "?");
  }
}
