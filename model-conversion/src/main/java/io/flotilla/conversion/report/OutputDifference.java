package io.flotilla.conversion.report;

import java.util.OptionalDouble;

/**
 * How one output of the variant differs from the original's, over all rows.
 *
 * @param output its name
 * @param counted whether it is of integers or truth values, which are labels as often as amounts:
 *     then a value that differs counts 1 and one that does not counts 0
 * @param values number of values compared
 * @param difference of the values
 * @param largest the largest magnitude of the original's values; 1 where {@code counted}
 * @param agreement share of rows along the last dimension whose largest value stands at the same
 *     place, for outputs of at least two dimensions and two columns; share of equal values where
 *     {@code counted}; else empty
 * @param broken values that are infinite or no number in one of the two only, or in both but not
 *     the same; they are not in the other figures
 */
public record OutputDifference(
    String output,
    boolean counted,
    long values,
    Difference difference,
    double largest,
    OptionalDouble agreement,
    long broken) {
  /**
   * What a tolerance measures differences of this output in: its largest magnitude, at least 1. So
   * a bound of 0.01 means 0.01 for probabilities, and one in a hundred of the largest for logits.
   */
  public double unit() {
    return Math.max(1, largest);
  }

  /**
   * Differences {@code |variant − original|}.
   *
   * @param maxAbsolute the largest
   * @param meanAbsolute the mean
   * @param maxRelative the largest as a share of the original's largest magnitude; empty if that is
   *     0, and where values are counted
   * @param meanRelative their sum as a share of the sum of the original's magnitudes; empty as
   *     above
   */
  public record Difference(
      double maxAbsolute,
      double meanAbsolute,
      OptionalDouble maxRelative,
      OptionalDouble meanRelative) {}
}
