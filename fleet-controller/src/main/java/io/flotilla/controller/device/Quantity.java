package io.flotilla.controller.device;

import java.math.BigInteger;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Dotted numbers such as {@code 1.29.0}, and amounts of bytes such as {@code 4GiB}. */
final class Quantity {
  private static final Pattern DOTTED = Pattern.compile("[0-9]+(\\.[0-9]+)*");
  private static final Pattern BYTES = Pattern.compile("([0-9]+)(Ki|Mi|Gi)B");

  private Quantity() {}

  static boolean isQuantity(String text) {
    return DOTTED.matcher(text).matches() || BYTES.matcher(text).matches();
  }

  /**
   * Compares number by number; a number that is missing counts as 0.
   *
   * @return nothing if one of them is no quantity
   */
  static OptionalInt compare(String one, String other) {
    if (!isQuantity(one) || !isQuantity(other)) {
      return OptionalInt.empty();
    }
    String[] a = inBytes(one).split("\\.");
    String[] b = inBytes(other).split("\\.");
    for (int i = 0; i < Math.max(a.length, b.length); i++) {
      int order = number(a, i).compareTo(number(b, i));
      if (order != 0) {
        return OptionalInt.of(order);
      }
    }
    return OptionalInt.of(0);
  }

  private static BigInteger number(String[] parts, int index) {
    return index < parts.length ? new BigInteger(parts[index]) : BigInteger.ZERO;
  }

  private static String inBytes(String text) {
    Matcher bytes = BYTES.matcher(text);
    if (!bytes.matches()) {
      return text;
    }
    int shift =
        switch (bytes.group(2)) {
          case "Ki" -> 10;
          case "Mi" -> 20;
          default -> 30;
        };
    return new BigInteger(bytes.group(1)).shiftLeft(shift).toString();
  }
}
