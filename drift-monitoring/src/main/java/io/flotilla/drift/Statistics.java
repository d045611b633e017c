package io.flotilla.drift;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.statistics.inference.ChiSquareTest;
import org.apache.commons.statistics.inference.KolmogorovSmirnovTest;
import org.apache.commons.statistics.inference.PValueMethod;

/** Distances and tests between two sets of counters. */
final class Statistics {
  /** Least expected count of a cell in a chi-squared test (Cochran's rule). */
  private static final double MIN_EXPECTED = 5;

  /** Most values that the Kolmogorov–Smirnov test is given on one side. */
  private static final long MAX_TEST_ROWS = 100_000;

  private Statistics() {}

  /** The largest distance over all features; 0 if either has no rows. In [0, 1]. */
  static double deviation(WindowCounters left, WindowCounters right) {
    left.requireLike(right);
    double largest = 0;
    for (int f = 0; f < left.features().size(); f++) {
      largest =
          Math.max(
              largest,
              deviation(
                  left.features().get(f), left.rows(), right.features().get(f), right.rows()));
    }
    return largest;
  }

  /**
   * Two-sample Kolmogorov–Smirnov distance over the slots in order, in [0, 1]. Non-finite and null
   * values stand after the largest value, so that a change of their share is a distance too.
   */
  static double deviation(
      FeatureCounters left, long leftRows, FeatureCounters right, long rightRows) {
    if (leftRows == 0 || rightRows == 0) {
      return 0;
    }
    long[] a = left.slots();
    long[] b = right.slots();
    long sumA = 0;
    long sumB = 0;
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      sumA += a[i];
      sumB += b[i];
      largest = Math.max(largest, Math.abs((double) sumA / leftRows - (double) sumB / rightRows));
    }
    return largest;
  }

  /** Asymptotic p-value of {@link #deviation}; with ties it errs towards 1. In [0, 1]. */
  static double pValue(FeatureCounters left, FeatureCounters right) {
    long leftRows = left.total();
    long rightRows = right.total();
    if (leftRows < 2 || rightRows < 2) {
      return 1;
    }
    return KolmogorovSmirnovTest.withDefaults()
        .with(PValueMethod.ASYMPTOTIC)
        .test(ranks(left.slots(), leftRows), ranks(right.slots(), rightRows))
        .getPValue();
  }

  /** Jensen–Shannon divergence of the slots in bits, in [0, 1]; 0 if either side has no rows. */
  static double jensenShannon(long[] left, long[] right) {
    double totalLeft = total(left);
    double totalRight = total(right);
    if (totalLeft == 0 || totalRight == 0) {
      return 0;
    }
    double divergence = 0;
    for (int i = 0; i < left.length; i++) {
      double p = left[i] / totalLeft;
      double q = right[i] / totalRight;
      divergence += half(p, (p + q) / 2) + half(q, (p + q) / 2);
    }
    return Math.clamp(divergence, 0, 1);
  }

  /**
   * Wasserstein-1 distance of the finite values over the range of the edges. Values stand at their
   * cell's upper edge; those below or above stand one mean cell's width outside.
   *
   * @return ≥ 0, hardly above 1
   */
  static double wasserstein(FeatureBins bins, FeatureCounters left, FeatureCounters right) {
    double finiteLeft = left.total() - left.nonFinite() - left.nulls();
    double finiteRight = right.total() - right.nonFinite() - right.nulls();
    if (finiteLeft == 0 || finiteRight == 0) {
      return 0;
    }
    int cells = bins.cells();
    double range = bins.edge(cells - 1) - bins.edge(0);
    double outside = 1.0 / cells;
    double distance = 0;
    double sumLeft = 0;
    double sumRight = 0;
    for (int i = 0; i <= cells; i++) {
      sumLeft += left.slots()[i];
      sumRight += right.slots()[i];
      boolean inner = i > 0 && i < cells;
      double width = inner ? (bins.edge(i) - bins.edge(i - 1)) / range : outside;
      distance += Math.abs(sumLeft / finiteLeft - sumRight / finiteRight) * width;
    }
    return distance;
  }

  /** How far the predictions of a window lie from the baseline's. */
  static PredictionShift predictionShift(List<Long> baseline, List<Long> window) {
    long[] left = baseline.stream().mapToLong(Long::longValue).toArray();
    long[] right = window.stream().mapToLong(Long::longValue).toArray();
    double totalLeft = total(left);
    double totalRight = total(right);
    long unknown = right[right.length - 1];
    if (totalLeft == 0 || totalRight == 0) {
      return new PredictionShift(0, 1, 0, unknown);
    }
    double variation = 0;
    for (int i = 0; i < left.length; i++) {
      variation += Math.abs(left[i] / totalLeft - right[i] / totalRight) / 2;
    }
    return new PredictionShift(
        Math.min(1, variation), chiSquared(left, right), jensenShannon(left, right), unknown);
  }

  /** p-value of the two-sample chi-squared test, cells merged until each expects five. */
  private static double chiSquared(long[] left, long[] right) {
    double share = Math.min(total(left), total(right)) / (total(left) + total(right));
    List<long[]> merged = new ArrayList<>();
    long[] open = new long[2];
    for (int i = 0; i < left.length; i++) {
      open[0] += left[i];
      open[1] += right[i];
      if ((open[0] + open[1]) * share >= MIN_EXPECTED) {
        merged.add(open);
        open = new long[2];
      }
    }
    if (merged.isEmpty()) {
      return 1;
    }
    merged.getLast()[0] += open[0];
    merged.getLast()[1] += open[1];
    if (merged.size() < 2) {
      return 1;
    }
    return ChiSquareTest.withDefaults().test(merged.toArray(long[][]::new)).getPValue();
  }

  /** Each row's slot as a value; proportionally fewer of them beyond the test's limit. */
  private static double[] ranks(long[] slots, long rows) {
    double scale = Math.min(1, (double) MAX_TEST_ROWS / rows);
    int size = 0;
    for (long count : slots) {
      size += (int) Math.round(count * scale);
    }
    double[] values = new double[size];
    int next = 0;
    for (int i = 0; i < slots.length; i++) {
      int end = next + (int) Math.round(slots[i] * scale);
      Arrays.fill(values, next, end, i);
      next = end;
    }
    return values;
  }

  private static double half(double p, double middle) {
    return p == 0 ? 0 : p * Math.log(p / middle) / Math.log(2) / 2;
  }

  private static double total(long[] counts) {
    double total = 0;
    for (long count : counts) {
      total += count;
    }
    return total;
  }
}
