package io.flotilla.retraining.pipeline;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;

/** What a parameter of a step may be. */
public sealed interface ParameterSpec {
  /** The value of a step that does not give one. */
  String byDefault();

  /** What is allowed, for messages. */
  String allowed();

  /** Whether this text is an allowed value. */
  boolean admits(String value);

  /** A whole number, both ends included. */
  record Whole(long fallback, long min, long max) implements ParameterSpec {
    @Override
    public String byDefault() {
      return Long.toString(fallback);
    }

    @Override
    public String allowed() {
      return "a whole number from %d to %d".formatted(min, max);
    }

    @Override
    public boolean admits(String value) {
      if (!value.matches("-?[0-9]{1,18}")) {
        return false;
      }
      long number = Long.parseLong(value);
      return number >= min && number <= max;
    }
  }

  /** A number, both ends included. */
  record Decimal(double fallback, double min, double max) implements ParameterSpec {
    private static final String FORM = "-?[0-9]{1,15}(\\.[0-9]{1,15})?([eE]-?[0-9]{1,2})?";

    @Override
    public String byDefault() {
      return Double.toString(fallback);
    }

    @Override
    public String allowed() {
      return "a number from %s to %s".formatted(min, max);
    }

    @Override
    public boolean admits(String value) {
      if (!value.matches(FORM)) {
        return false;
      }
      double number = Double.parseDouble(value);
      return number >= min && number <= max;
    }
  }

  /** Any text up to a length in characters; empty by default. */
  record Text(int maxChars) implements ParameterSpec {
    @Override
    public String byDefault() {
      return "";
    }

    @Override
    public String allowed() {
      return "text of at most %d characters".formatted(maxChars);
    }

    @Override
    public boolean admits(String value) {
      return value.length() <= maxChars;
    }
  }

  /**
   * Checks a value.
   *
   * @throws FlotillaException {@code PIPELINE_INVALID} if it is not allowed
   */
  default void require(String name, String value) {
    if (!admits(value)) {
      throw new FlotillaException(
          ErrorCode.PIPELINE_INVALID,
          "the parameter %s is \"%s\" but must be %s".formatted(name, value, allowed()));
    }
  }
}
