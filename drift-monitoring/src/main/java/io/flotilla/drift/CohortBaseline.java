package io.flotilla.drift;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;

/**
 * What the rows of one cohort look like.
 *
 * @param counters the cohort's rows, counted in the baseline's cells
 * @param threshold largest deviation of a quiet window of the baseline's {@code windowRows} rows;
 *     in (0, 1]
 */
public record CohortBaseline(WindowCounters counters, double threshold) {
  /**
   * Checks the threshold.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if it is not in (0, 1] or there are no rows
   */
  public CohortBaseline {
    if (!(threshold > 0 && threshold <= 1)) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "a drift threshold lies in (0, 1], not at " + threshold);
    }
    if (counters.rows() == 0) {
      throw new FlotillaException(ErrorCode.INPUT_INVALID, "a cohort's baseline needs rows");
    }
  }

  /** Rows that the baseline was built from, ≥ 1. */
  public long rows() {
    return counters.rows();
  }

  /**
   * The threshold of a window of {@code rows} rows. Distances between samples grow as the square
   * root of the sum of the reciprocal sizes; a window longer than the calibrated one keeps the
   * calibrated threshold, because the differences inside the baseline do not average out.
   *
   * @return more than 0, at most 1; 1 means that no window of that size can exceed it
   */
  double thresholdFor(long rows, int calibratedRows) {
    if (rows >= calibratedRows) {
      return threshold;
    }
    if (rows == 0) {
      return 1;
    }
    double growth = Calibration.spread(rows, rows()) / Calibration.spread(calibratedRows, rows());
    return Math.min(1, threshold * growth);
  }
}
