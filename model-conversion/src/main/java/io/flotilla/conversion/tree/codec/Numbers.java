package io.flotilla.conversion.tree.codec;

import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import io.flotilla.conversion.tree.ensemble.InvalidTree;
import java.util.regex.Pattern;

/** Numbers as trainers print them. */
final class Numbers {
  private static final int MOST_CHARS = 64;
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(\\d+(\\.\\d*)?([eE][+-]?\\d{1,5})?|\\.\\d+([eE][+-]?\\d{1,5})?)");
  private static final Pattern SPECIAL =
      Pattern.compile("[+-]?(nan|inf|infinity)", Pattern.CASE_INSENSITIVE);

  private Numbers() {}

  /**
   * A whole number.
   *
   * @param what it is, for the message
   */
  static int integer(String text, String what) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw InvalidTree.of(
          "%s is no whole number: %s".formatted(Printable.of(what), Printable.of(text)), e);
    }
  }

  /** A 32-bit number, rounded once. */
  static float float32(String text, String what) {
    require(text, what);
    return SPECIAL.matcher(text).matches() ? (float) special(text) : Float.parseFloat(text);
  }

  /** A 64-bit number. */
  static double float64(String text, String what) {
    require(text, what);
    return SPECIAL.matcher(text).matches() ? special(text) : Double.parseDouble(text);
  }

  private static double special(String text) {
    String letters = text.replaceFirst("^[+-]", "");
    if (letters.equalsIgnoreCase("nan")) {
      return Double.NaN;
    }
    return text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
  }

  private static void require(String text, String what) {
    boolean fits =
        text.length() <= MOST_CHARS
            && (NUMBER.matcher(text).matches() || SPECIAL.matcher(text).matches());
    if (!fits) {
      throw noNumber(text, what);
    }
  }

  private static FlotillaException noNumber(String text, String what) {
    return InvalidTree.of("%s is no number: %s".formatted(Printable.of(what), Printable.of(text)));
  }
}
