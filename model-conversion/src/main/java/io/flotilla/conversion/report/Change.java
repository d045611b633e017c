package io.flotilla.conversion.report;

/**
 * A figure of the original and of the variant.
 *
 * @param before of the original
 * @param after of the variant
 */
public record Change(double before, double after) {
  /** The variant's share of the original's; NaN if both are 0. */
  public double ratio() {
    return after / before;
  }
}
