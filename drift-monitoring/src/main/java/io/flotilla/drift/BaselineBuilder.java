package io.flotilla.drift;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/** Builds baselines from rows. The same input gives the same baseline, bit for bit. */
public final class BaselineBuilder {
  private BaselineBuilder() {}

  /**
   * Chooses the cells from the rows of all cohorts together, counts each cohort in them, and
   * calibrates each cohort's threshold.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if a limit of {@link DriftLimits} is broken, a
   *     row has another length than the features, or a feature has no finite value
   */
  public static Baseline build(BaselineInput input) {
    List<float[]> all = new ArrayList<>();
    for (Map.Entry<String, CohortRows> cohort : new TreeMap<>(input.cohorts()).entrySet()) {
      requireRows(cohort.getKey(), cohort.getValue(), input.features().size());
      all.addAll(Arrays.asList(cohort.getValue().rows()));
    }
    if (input.windowRows() < 1 || input.windowRows() > DriftLimits.MAX_WINDOW_ROWS) {
      throw invalid("a window has 1 to %d rows".formatted(DriftLimits.MAX_WINDOW_ROWS));
    }
    List<FeatureBins> bins = new ArrayList<>();
    for (int f = 0; f < input.features().size(); f++) {
      bins.add(new FeatureBins(input.features().get(f), edges(all, f, input.features().get(f))));
    }
    SortedMap<String, CohortBaseline> cohorts = new TreeMap<>();
    input
        .cohorts()
        .forEach(
            (name, rows) ->
                cohorts.put(
                    name, cohort(bins, input.categories().size(), rows, input.windowRows())));
    return new Baseline(bins, cohorts, input.categories(), input.windowRows());
  }

  private static CohortBaseline cohort(
      List<FeatureBins> bins, int categories, CohortRows rows, int windowRows) {
    int count = rows.rows().length;
    int blockRows = Math.min(windowRows, count / 2);
    List<WindowCounters> blocks = new ArrayList<>();
    for (int from = 0; from + blockRows <= count; from += blockRows) {
      blocks.add(count(bins, categories, rows, from, from + blockRows));
    }
    WindowCounters whole = count(bins, categories, rows, 0, count);
    return new CohortBaseline(whole, Calibration.threshold(blocks, windowRows, count));
  }

  private static WindowCounters count(
      List<FeatureBins> bins, int categories, CohortRows rows, int from, int to) {
    WindowCounter counter = new WindowCounter(bins, categories);
    for (int i = from; i < to; i++) {
      counter.add(
          rows.rows()[i],
          rows.predicted().length == 0 ? OptionalInt.empty() : OptionalInt.of(rows.predicted()[i]));
    }
    return counter.take();
  }

  /**
   * Each distinct value if there are at most 64, else 64 quantiles with the extremes, deduplicated.
   */
  private static double[] edges(List<float[]> rows, int feature, String name) {
    double[] values = new double[rows.size()];
    int finite = 0;
    for (float[] row : rows) {
      if (Float.isFinite(row[feature])) {
        values[finite++] = row[feature] + 0.0f;
      }
    }
    if (finite == 0) {
      throw invalid("feature " + name + " has no finite value; leave it out");
    }
    double[] sorted = Arrays.copyOf(values, finite);
    Arrays.sort(sorted);
    double[] distinct = Arrays.stream(sorted).distinct().toArray();
    if (distinct.length <= DriftLimits.MAX_CELLS) {
      return distinct;
    }
    double[] quantiles = new double[DriftLimits.MAX_CELLS];
    int last = DriftLimits.MAX_CELLS - 1;
    for (int i = 0; i <= last; i++) {
      quantiles[i] = sorted[(int) ((long) i * (finite - 1) / last)];
    }
    return Arrays.stream(quantiles).distinct().toArray();
  }

  private static void requireRows(String cohort, CohortRows rows, int features) {
    if (rows.rows().length < DriftLimits.MIN_COHORT_ROWS) {
      throw invalid(
          "cohort %s has %d rows; a baseline needs %d or more"
              .formatted(cohort, rows.rows().length, DriftLimits.MIN_COHORT_ROWS));
    }
    for (float[] row : rows.rows()) {
      if (row.length != features) {
        throw invalid(
            "a row of cohort %s has %d values for %d features"
                .formatted(cohort, row.length, features));
      }
    }
  }

  private static FlotillaException invalid(String message) {
    return new FlotillaException(ErrorCode.INPUT_INVALID, message);
  }
}
