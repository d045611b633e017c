package io.flotilla.registry.dataset.table;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Optional;

/**
 * Tells what a text of a file without types stands for.
 *
 * <ul>
 *   <li>"" is a missing value.
 *   <li>An optional sign and digits are a whole number, if it fits 64 bits; leading zeros are
 *       allowed.
 *   <li>Decimal and exponent forms are numbers, as are {@code nan}, {@code inf} and {@code
 *       infinity} in any case.
 *   <li>{@code true} and {@code false} in any case are booleans.
 *   <li>{@code 2026-01-31}, alone or with {@code T} or a space, a time of at least hours and
 *       minutes and perhaps {@code Z} or an offset are timestamps; UTC where no offset is given.
 *   <li>Everything else is text, values with spaces around them too.
 * </ul>
 */
public final class TextValues {
  private static final int DATE_CHARS = 10;
  private static final int MAX_NUMBER_CHARS = 400;
  private static final int MAX_SPECIAL_CHARS = 9;
  private static final Value TRUE = new Value.Truth(true);
  private static final Value FALSE = new Value.Truth(false);

  private TextValues() {}

  /** The value that a field of a CSV file stands for. */
  public static Value of(String text) {
    if (text.isEmpty()) {
      return Value.Missing.MISSING;
    }
    return switch (text.charAt(0)) {
      case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '-', '+', '.' -> numberOrMoment(text);
      case 't', 'T', 'f', 'F' -> {
        if (text.equalsIgnoreCase("true")) {
          yield TRUE;
        }
        yield text.equalsIgnoreCase("false") ? FALSE : new Value.Text(text);
      }
      case 'n', 'N', 'i', 'I' ->
          special(text).<Value>map(value -> value).orElseGet(() -> new Value.Text(text));
      default -> new Value.Text(text);
    };
  }

  /** The moment that an ISO 8601 text names; empty if it names none. */
  public static Optional<Value.Moment> moment(String text) {
    if (text.length() < DATE_CHARS || text.charAt(4) != '-' || text.charAt(7) != '-') {
      return Optional.empty();
    }
    try {
      LocalDate date = LocalDate.parse(text.substring(0, DATE_CHARS));
      if (text.length() == DATE_CHARS) {
        return Optional.of(new Value.Moment(date.atStartOfDay().toInstant(ZoneOffset.UTC), text));
      }
      char separator = text.charAt(DATE_CHARS);
      if (separator != 'T' && separator != ' ') {
        return Optional.empty();
      }
      int zone = zoneStart(text);
      LocalTime time = LocalTime.parse(text.substring(DATE_CHARS + 1, zone));
      ZoneOffset offset =
          zone == text.length() ? ZoneOffset.UTC : ZoneOffset.of(text.substring(zone));
      return Optional.of(new Value.Moment(LocalDateTime.of(date, time).toInstant(offset), text));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static int zoneStart(String text) {
    for (int i = DATE_CHARS + 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 'Z' || c == '+' || c == '-') {
        return i;
      }
    }
    return text.length();
  }

  private static Value numberOrMoment(String text) {
    int digits = digitsEnd(text, sign(text));
    if (digits == text.length() && digits > sign(text)) {
      return whole(text);
    }
    if (isDecimal(text)) {
      return new Value.Real(Double.parseDouble(text), text);
    }
    Optional<Value.Moment> moment = moment(text);
    if (moment.isPresent()) {
      return moment.get();
    }
    return special(text).<Value>map(value -> value).orElseGet(() -> new Value.Text(text));
  }

  private static Value whole(String text) {
    if (text.length() > MAX_NUMBER_CHARS) {
      return new Value.Text(text);
    }
    try {
      return new Value.Whole(Long.parseLong(text));
    } catch (NumberFormatException e) {
      return new Value.Real(Double.parseDouble(text), text);
    }
  }

  /** [+-] (digits [. digits] | . digits) [(e|E) [+-] digits]. */
  private static boolean isDecimal(String text) {
    if (text.length() > MAX_NUMBER_CHARS) {
      return false;
    }
    int start = sign(text);
    int at = digitsEnd(text, start);
    int digits = at - start;
    if (at < text.length() && text.charAt(at) == '.') {
      int fraction = digitsEnd(text, at + 1);
      digits += fraction - at - 1;
      at = fraction;
    }
    if (digits == 0) {
      return false;
    }
    if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
      int exponent = at + 1;
      if (exponent < text.length() && isSign(text.charAt(exponent))) {
        exponent++;
      }
      at = digitsEnd(text, exponent);
      if (at == exponent) {
        return false;
      }
    }
    return at == text.length();
  }

  private static Optional<Value.Real> special(String text) {
    if (text.length() > MAX_SPECIAL_CHARS) {
      return Optional.empty();
    }
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "nan" -> Optional.of(new Value.Real(Double.NaN, text));
      case "inf", "infinity", "+inf", "+infinity" ->
          Optional.of(new Value.Real(Double.POSITIVE_INFINITY, text));
      case "-inf", "-infinity" -> Optional.of(new Value.Real(Double.NEGATIVE_INFINITY, text));
      default -> Optional.empty();
    };
  }

  private static int sign(String text) {
    return isSign(text.charAt(0)) ? 1 : 0;
  }

  private static boolean isSign(char c) {
    return c == '-' || c == '+';
  }

  private static int digitsEnd(String text, int from) {
    int at = from;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    return at;
  }
}
