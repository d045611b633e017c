package io.flotilla.conversion.report;

import io.flotilla.bundle.failure.Printable;
import java.util.Locale;

/**
 * A figure beyond its bound.
 *
 * @param figure what it is, as in {@code largest difference of probabilities}
 * @param found its value, in the bound's unit
 * @param bound the most that was allowed
 */
public record Excess(String figure, double found, double bound) {
  /** As part of a sentence, as in {@code largest difference of probabilities 0.4 (allowed 0.1)}. */
  public String describe() {
    return String.format(Locale.ROOT, "%s %.4g (allowed %.4g)", Printable.of(figure), found, bound);
  }
}
