package io.flotilla.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.FlotillaException;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DriftDetectorTest {
  private static final int FEATURES = 16;

  @Test
  void ranksTheFeatureThatMovedFirst() {
    Random random = new Random(42);
    Baseline baseline = SampleRows.baseline(SampleRows.normal(random, 1_000, FEATURES, 0), 200);
    float[][] rows = SampleRows.normal(random, 200, FEATURES, 0);
    for (float[] row : rows) {
      row[11] += 1.5f;
    }
    WindowVerdict verdict =
        DriftDetector.judge(baseline, Baseline.REFERENCE, SampleRows.count(baseline, rows));
    assertThat(verdict.exceeds()).isTrue();
    assertThat(verdict.ranked()).hasSize(DriftDetector.RANKED_FEATURES);
    FeatureDeviation first = verdict.ranked().getFirst();
    assertThat(first.feature()).isEqualTo("f0011");
    assertThat(first.deviation()).isEqualTo(verdict.deviation()).isBetween(0.4, 0.7);
    assertThat(first.pValue()).isLessThan(1e-12);
    assertThat(first.normalisedWasserstein()).isBetween(0.1, 0.5);
    assertThat(first.jensenShannon()).isBetween(0.1, 0.9);
    assertThat(verdict.prediction().totalVariation()).isLessThan(0.01);
  }

  /** 800 devices of 20 windows: the configured run length promises 1.6 exceedances on average. */
  @Test
  void quietDevicesAreFlaggedLessOftenThanConfigured() {
    int exceedances = 0;
    int flags = 0;
    for (int seed = 0; seed < 40; seed++) {
      Random random = new Random(seed);
      Baseline baseline = SampleRows.baseline(SampleRows.normal(random, 1_000, FEATURES, 0), 200);
      for (int device = 0; device < 20; device++) {
        DeviceDriftState state = DeviceDriftState.NEW;
        for (int w = 0; w < 20; w++) {
          WindowVerdict verdict =
              DriftDetector.judge(
                  baseline,
                  Baseline.REFERENCE,
                  SampleRows.count(baseline, SampleRows.normal(random, 200, FEATURES, 0)));
          exceedances += verdict.exceeds() ? 1 : 0;
          DeviceDriftState.Step step = state.next(verdict);
          flags += step.change().isPresent() ? 1 : 0;
          state = step.state();
        }
      }
    }
    assertThat(flags).as("flags in 16,000 quiet windows").isZero();
    assertThat(exceedances).as("exceedances in 16,000 quiet windows").isLessThanOrEqualTo(6);
  }

  @Test
  void findsAShiftOfHalfADeviationInOneOfSixteenFeatures() {
    int exceeding = 0;
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      Baseline baseline = SampleRows.baseline(SampleRows.normal(random, 1_000, FEATURES, 0), 500);
      float[][] rows = SampleRows.normal(random, 500, FEATURES, 0);
      for (float[] row : rows) {
        row[3] += 0.5f;
      }
      WindowVerdict verdict =
          DriftDetector.judge(baseline, Baseline.REFERENCE, SampleRows.count(baseline, rows));
      exceeding += verdict.exceeds() ? 1 : 0;
    }
    assertThat(exceeding).as("of 200 seeds").isGreaterThanOrEqualTo(160);
  }

  @Test
  void shortWindowsNeedALargerDeviation() {
    Random random = new Random(1);
    Baseline baseline = SampleRows.baseline(SampleRows.normal(random, 1_000, 2, 0), 200);
    double full = threshold(baseline, 200);
    assertThat(threshold(baseline, 400)).isEqualTo(full);
    assertThat(threshold(baseline, 50)).isBetween(1.7 * full, 2 * full);
    assertThat(threshold(baseline, 3)).isEqualTo(1);
    WindowVerdict none =
        DriftDetector.judge(baseline, Baseline.REFERENCE, WindowCounters.empty(baseline));
    assertThat(none.exceeds()).isFalse();
    assertThat(none.deviation()).isZero();
  }

  @Test
  void refusesCountersOfAnotherBaseline() {
    Random random = new Random(1);
    Baseline one = SampleRows.baseline(SampleRows.normal(random, 100, 2, 0), 50);
    Baseline other = SampleRows.baseline(SampleRows.normal(random, 100, 3, 0), 50);
    assertThatThrownBy(
            () -> DriftDetector.judge(one, Baseline.REFERENCE, WindowCounters.empty(other)))
        .isInstanceOf(FlotillaException.class);
  }

  @Test
  void flagsOnTheSecondConsecutiveExceedingWindowAndClearsOnTheSecondQuietOne() {
    DeviceDriftState state = DeviceDriftState.NEW;
    String flags = "";
    String changes = "";
    for (char window : "xqxxqxqqxqq".toCharArray()) {
      DeviceDriftState.Step step = state.next(verdict(window == 'x'));
      state = step.state();
      flags += state.flagged() ? "F" : "-";
      changes +=
          step.change()
              .map(
                  change ->
                      switch (change) {
                        case DriftChange.Raised raised -> "r" + raised.sinceWindow();
                        case DriftChange.Cleared cleared -> "c" + cleared.sinceWindow();
                      })
              .orElse("");
    }
    assertThat(flags).isEqualTo("---FFFF----");
    assertThat(changes).isEqualTo("r3c7");
    assertThat(state.windows()).isEqualTo(11);
    assertThat(state.sinceWindow()).isEqualTo(OptionalLong.empty());
  }

  @Test
  void groupsDevicesThatDriftedAlike() {
    for (int seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      Baseline baseline = SampleRows.baseline(SampleRows.normal(random, 1_000, FEATURES, 0), 200);
      Map<String, WindowCounters> devices = new java.util.HashMap<>();
      for (int d = 0; d < 6; d++) {
        double shift = d % 3 == 0 ? -1 : 1;
        devices.put(
            "cam-" + d,
            SampleRows.count(baseline, SampleRows.normal(random, 400, FEATURES, shift)));
      }
      devices.put("cam-idle", WindowCounters.empty(baseline));
      assertThat(Cohorts.group(devices, baseline))
          .as("seed %d", seed)
          .containsExactly(List.of("cam-1", "cam-2", "cam-4", "cam-5"), List.of("cam-0", "cam-3"));
    }
  }

  private static double threshold(Baseline baseline, int rows) {
    float[][] window = SampleRows.normal(new Random(2), rows, 2, 0);
    return DriftDetector.judge(baseline, Baseline.REFERENCE, SampleRows.count(baseline, window))
        .threshold();
  }

  private static WindowVerdict verdict(boolean exceeds) {
    return new WindowVerdict(0.4, 0.3, exceeds, List.of(), new PredictionShift(0, 1, 0, 0));
  }
}
