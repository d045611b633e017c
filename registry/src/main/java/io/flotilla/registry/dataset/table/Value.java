package io.flotilla.registry.dataset.table;

import java.time.Instant;

/** One value of a table. */
public sealed interface Value {
  /** The value as a CSV file has it; "" if it is missing. */
  String text();

  /** What equal values have in common: numbers in one spelling, all else as {@link #text}. */
  default String key() {
    return text();
  }

  /** No value. */
  enum Missing implements Value {
    /** The only one. */
    MISSING;

    @Override
    public String text() {
      return "";
    }
  }

  /** A whole number. */
  record Whole(long value) implements Value {
    @Override
    public String text() {
      return Long.toString(value);
    }
  }

  /**
   * Any other number.
   *
   * @param value the nearest float64; NaN and infinities are allowed
   * @param text as the file has it, perhaps more exact
   */
  record Real(double value, String text) implements Value {
    private static final double BEYOND_LONG = 0x1p63;

    @Override
    public String key() {
      if (Math.abs(value) < BEYOND_LONG && Math.rint(value) == value) {
        return Long.toString((long) value);
      }
      return Double.toString(value);
    }
  }

  /** True or false. */
  record Truth(boolean value) implements Value {
    @Override
    public String text() {
      return Boolean.toString(value);
    }
  }

  /** Text, perhaps empty. */
  record Text(String text) implements Value {}

  /**
   * A date or a time of a date.
   *
   * @param at the moment; the beginning of the day, and UTC, where the file does not say
   * @param text ISO 8601 as the file has it
   */
  record Moment(Instant at, String text) implements Value {
    private static final double NANOS_PER_MILLI = 1e6;

    /** Unix time in milliseconds with a fraction. */
    public double epochMillis() {
      return at.getEpochSecond() * 1000.0 + at.getNano() / NANOS_PER_MILLI;
    }
  }
}
