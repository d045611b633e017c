package io.flotilla.drift;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Judges windows. The one decision is whether the largest two-sample distance over the features is
 * over the cohort's calibrated threshold; p-values and effect sizes stand beside it for people.
 */
public final class DriftDetector {
  /** Most features that a verdict ranks. */
  public static final int RANKED_FEATURES = 8;

  private DriftDetector() {}

  /**
   * Compares a window with its cohort.
   *
   * @param baseline the baseline of the version that scored the window
   * @param cohort the device's cohort; an unknown one is judged as {@link Baseline#REFERENCE}
   * @param window counters of the window
   * @throws FlotillaException {@code INPUT_INVALID} if the counters do not fit the baseline
   */
  public static WindowVerdict judge(Baseline baseline, String cohort, WindowCounters window) {
    if (!window.fits(baseline)) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "the window's counters do not fit the version's baseline");
    }
    CohortBaseline expected = baseline.cohort(cohort);
    List<Ranked> all = new ArrayList<>();
    for (int f = 0; f < baseline.bins().size(); f++) {
      FeatureCounters reference = expected.counters().features().get(f);
      FeatureCounters seen = window.features().get(f);
      all.add(new Ranked(f, Statistics.deviation(reference, expected.rows(), seen, window.rows())));
    }
    all.sort(Comparator.comparingDouble(Ranked::deviation).reversed());
    List<FeatureDeviation> ranked =
        all.stream()
            .limit(RANKED_FEATURES)
            .map(entry -> describe(baseline, expected, window, entry))
            .toList();
    double deviation = all.getFirst().deviation();
    double threshold = expected.thresholdFor(window.rows(), baseline.windowRows());
    return new WindowVerdict(
        deviation,
        threshold,
        deviation > threshold,
        ranked,
        Statistics.predictionShift(expected.counters().predictions(), window.predictions()));
  }

  private static FeatureDeviation describe(
      Baseline baseline, CohortBaseline expected, WindowCounters window, Ranked entry) {
    FeatureBins bins = baseline.bins().get(entry.feature());
    FeatureCounters reference = expected.counters().features().get(entry.feature());
    FeatureCounters seen = window.features().get(entry.feature());
    return new FeatureDeviation(
        bins.name(),
        entry.deviation(),
        Statistics.pValue(reference, seen),
        Statistics.jensenShannon(reference.slots(), seen.slots()),
        Statistics.wasserstein(bins, reference, seen));
  }

  private record Ranked(int feature, double deviation) {}
}
