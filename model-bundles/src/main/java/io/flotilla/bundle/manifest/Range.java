package io.flotilla.bundle.manifest;

/**
 * Values that make sense, both ends included.
 *
 * @param min lowest, finite
 * @param max highest, finite, ≥ {@code min}
 */
public record Range(double min, double max) {
  /**
   * Checks the order.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code MANIFEST_INVALID} if an end is not
   *     finite or the ends are swapped
   */
  public Range {
    Invalid.unless(
        Double.isFinite(min) && Double.isFinite(max) && min <= max,
        "a range needs two finite ends in order, not %s to %s".formatted(min, max));
  }

  /** Whether the value lies within; false for NaN. */
  public boolean contains(double value) {
    return value >= min && value <= max;
  }
}
