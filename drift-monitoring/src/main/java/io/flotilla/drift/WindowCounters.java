package io.flotilla.drift;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Exact counters of a window, or of several windows merged. Adding is all that merging does, so any
 * order of merging gives the same bits.
 *
 * @param rows rows counted, ≥ 0
 * @param features one entry per feature of the baseline, in its order; each totals {@code rows}
 * @param predictions one count per category of the baseline, then one for rows whose prediction was
 *     none of them; totals {@code rows}
 */
public record WindowCounters(long rows, List<FeatureCounters> features, List<Long> predictions) {
  /**
   * Checks that every total is the number of rows.
   *
   * @throws IllegalArgumentException if one is not
   */
  public WindowCounters {
    features = List.copyOf(features);
    predictions = List.copyOf(predictions);
    if (rows < 0) {
      throw new IllegalArgumentException("rows are never negative");
    }
    for (FeatureCounters feature : features) {
      if (feature.total() != rows) {
        throw new IllegalArgumentException(
            "a feature counts %d values in %d rows".formatted(feature.total(), rows));
      }
    }
    long predicted = 0;
    for (long count : predictions) {
      if (count < 0) {
        throw new IllegalArgumentException("counts are never negative");
      }
      predicted = Math.addExact(predicted, count);
    }
    if (predicted != rows) {
      throw new IllegalArgumentException(
          "%d predictions are counted in %d rows".formatted(predicted, rows));
    }
  }

  /** Counters of no rows, shaped for a baseline. */
  public static WindowCounters empty(Baseline baseline) {
    List<FeatureCounters> none = new ArrayList<>();
    for (FeatureBins bins : baseline.bins()) {
      none.add(FeatureCounters.ofSlots(new long[bins.cells() + FeatureCounters.EXTRA_SLOTS]));
    }
    return new WindowCounters(0, none, Collections.nCopies(baseline.categories().size() + 1, 0L));
  }

  /**
   * The counts of both, added.
   *
   * @throws IllegalArgumentException if the two were not counted with the same bins and categories
   */
  public WindowCounters merge(WindowCounters other) {
    requireLike(other);
    List<FeatureCounters> merged = new ArrayList<>(features.size());
    for (int i = 0; i < features.size(); i++) {
      merged.add(features.get(i).merge(other.features.get(i)));
    }
    List<Long> predicted = new ArrayList<>(predictions.size());
    for (int i = 0; i < predictions.size(); i++) {
      predicted.add(predictions.get(i) + other.predictions.get(i));
    }
    return new WindowCounters(Math.addExact(rows, other.rows), merged, predicted);
  }

  /** Whether these counters were counted with bins and categories shaped like the baseline's. */
  public boolean fits(Baseline baseline) {
    if (features.size() != baseline.bins().size()
        || predictions.size() != baseline.categories().size() + 1) {
      return false;
    }
    for (int i = 0; i < features.size(); i++) {
      if (features.get(i).cells() != baseline.bins().get(i).cells()) {
        return false;
      }
    }
    return true;
  }

  void requireLike(WindowCounters other) {
    if (features.size() != other.features.size()
        || predictions.size() != other.predictions.size()) {
      throw new IllegalArgumentException("the counters belong to different baselines");
    }
    for (int i = 0; i < features.size(); i++) {
      features.get(i).requireLike(other.features.get(i));
    }
  }
}
