package io.flotilla.drift;

import java.util.List;

/** How far quiet windows may lie from their baseline. */
final class Calibration {
  /** Windows of one device between two exceedances that are chance, for independent rows. */
  static final double FALSE_ALARM_RUN_LENGTH = 10_000;

  private Calibration() {}

  /** How the distance between two samples of these sizes scales. */
  static double spread(long rows, long otherRows) {
    return Math.sqrt(1.0 / rows + 1.0 / otherRows);
  }

  /**
   * The distance that the largest of {@code features} two-sample Kolmogorov–Smirnov statistics
   * exceeds by chance once in {@link #FALSE_ALARM_RUN_LENGTH} windows at most. Source: the
   * asymptotic tail 2·exp(−2λ²) of Kolmogorov's distribution with Bonferroni's inequality, which
   * needs no independence between features.
   */
  static double familyBound(int features, long rows, long otherRows) {
    double lambda = Math.sqrt(Math.log(2.0 * features * FALSE_ALARM_RUN_LENGTH) / 2);
    return Math.min(1, lambda * spread(rows, otherRows));
  }

  /**
   * The larger of the family bound and the largest deviation between consecutive blocks of the rows
   * themselves: real rows are not independent, and what differs inside the baseline is no drift.
   *
   * @param blocks counters of at least two consecutive blocks of the same number of rows
   * @param windowRows rows of the windows that will be judged
   * @param rows rows of the whole baseline
   * @return in (0, 1]
   */
  static double threshold(List<WindowCounters> blocks, int windowRows, long rows) {
    double largest = 0;
    for (int i = 1; i < blocks.size(); i++) {
      largest = Math.max(largest, Statistics.deviation(blocks.get(i - 1), blocks.get(i)));
    }
    double blockRows = blocks.getFirst().rows();
    double scaled = largest * Math.min(1, Math.sqrt(blockRows / windowRows));
    int features = blocks.getFirst().features().size();
    return Math.min(1, Math.max(scaled, familyBound(features, windowRows, rows)));
  }
}
