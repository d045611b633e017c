package io.flotilla.bundle.manifest;

import java.util.OptionalLong;

/**
 * One dimension of a tensor: fixed, or left open under a name.
 *
 * @param symbol name of an open dimension, as in {@code batch}, 1 to 64 characters; empty text for
 *     a fixed one
 * @param length length of a fixed dimension, 0 to 2^28; empty for an open one
 */
public record Dimension(String symbol, OptionalLong length) {
  private static final int MAX_SYMBOL_CHARS = 64;
  private static final long MAX_LENGTH = 1L << 28;

  /**
   * Checks that it is exactly one of fixed and open.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code MANIFEST_INVALID} otherwise
   */
  public Dimension {
    Invalid.unless(
        symbol.isEmpty() == length.isPresent(), "a dimension has either a length or a symbol");
    Invalid.unless(symbol.length() <= MAX_SYMBOL_CHARS, "a dimension's symbol is too long");
    Invalid.unless(
        length.orElse(0) >= 0 && length.orElse(0) <= MAX_LENGTH,
        "a dimension's length is out of range");
  }

  /** A dimension of this length. */
  public static Dimension of(long length) {
    return new Dimension("", OptionalLong.of(length));
  }

  /** A dimension whose length each call chooses. */
  public static Dimension open(String symbol) {
    return new Dimension(symbol, OptionalLong.empty());
  }

  /** Whether a tensor may have this length here. */
  public boolean admits(long actual) {
    return length.isEmpty() ? actual >= 0 : length.getAsLong() == actual;
  }

  /** The length, or the symbol. */
  @Override
  public String toString() {
    return length.isPresent() ? Long.toString(length.getAsLong()) : symbol;
  }
}
