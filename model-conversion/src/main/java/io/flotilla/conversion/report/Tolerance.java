package io.flotilla.conversion.report;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.conversion.variant.VariantKind;

/**
 * How far a variant may be from its original.
 *
 * @param maxAbsolute the largest difference allowed of any value, in the {@linkplain
 *     OutputDifference#unit() unit} of its output; for integers and truth values the largest share
 *     of values that may differ; finite, ≥ 0
 * @param meanAbsolute the largest mean difference allowed of any output, in the same unit; not
 *     asked of integers and truth values; finite, ≥ 0
 * @param accuracyDrop how much accuracy may be lost, as a share of the labelled rows; 0 to 1
 */
public record Tolerance(double maxAbsolute, double meanAbsolute, double accuracyDrop) {
  /**
   * Checks the ranges.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if a bound is out of its range
   */
  public Tolerance {
    if (!(maxAbsolute >= 0 && meanAbsolute >= 0)
        || Double.isInfinite(maxAbsolute)
        || Double.isInfinite(meanAbsolute)
        || !(accuracyDrop >= 0 && accuracyDrop <= 1)) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "a tolerance is two finite differences of at least 0 and an accuracy drop of 0 to 1");
    }
  }

  /**
   * The bounds where the caller names none: half precision 0.02, 0.002 and 0.005; dynamic int8
   * 0.15, 0.03 and 0.02; int8 weights 0.1, 0.02 and 0.01.
   */
  public static Tolerance defaultFor(VariantKind kind) {
    return switch (kind) {
      case FP16 -> new Tolerance(0.02, 0.002, 0.005);
      case INT8_DYNAMIC -> new Tolerance(0.25, 0.03, 0.02);
      case INT8_WEIGHTS -> new Tolerance(0.2, 0.02, 0.01);
    };
  }
}
