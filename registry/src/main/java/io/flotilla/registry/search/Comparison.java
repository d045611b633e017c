package io.flotilla.registry.search;

import java.util.Arrays;
import java.util.Optional;

/** How a term of a query compares. */
public enum Comparison {
  /** Equal. */
  EQUAL("="),
  /** Greater. */
  GREATER(">"),
  /** Greater or equal. */
  AT_LEAST(">="),
  /** Less. */
  LESS("<"),
  /** Less or equal. */
  AT_MOST("<=");

  private final String symbol;

  Comparison(String symbol) {
    this.symbol = symbol;
  }

  /** As it is written. */
  public String symbol() {
    return symbol;
  }

  static Optional<Comparison> of(String symbol) {
    return Arrays.stream(values()).filter(one -> one.symbol.equals(symbol)).findFirst();
  }

  boolean holds(double left, double right) {
    return switch (this) {
      case EQUAL -> left == right;
      case GREATER -> left > right;
      case AT_LEAST -> left >= right;
      case LESS -> left < right;
      case AT_MOST -> left <= right;
    };
  }
}
