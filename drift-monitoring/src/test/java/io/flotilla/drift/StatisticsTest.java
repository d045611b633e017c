package io.flotilla.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StatisticsTest {
  @Test
  void deviationIsTheKolmogorovSmirnovDistanceOfTheRawValuesWhereCellsAreValues() {
    for (int seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      float[][] left = SampleRows.discrete(random, 200 + seed, 1);
      float[][] right = SampleRows.discrete(random, 150, 1);
      for (float[] row : right) {
        row[0] = Math.min(16, row[0] + random.nextInt(1 + seed % 4));
      }
      Baseline baseline = SampleRows.baseline(left, 150);
      double deviation =
          Statistics.deviation(baseline.reference().counters(), SampleRows.count(baseline, right));
      assertThat(deviation).as("seed %d", seed).isEqualTo(bruteForce(left, right));
    }
  }

  @Test
  void aChangedShareOfMissingValuesIsADeviation() {
    FeatureCounters whole = FeatureCounters.ofSlots(0, 50, 50, 0, 0, 0);
    FeatureCounters holes = FeatureCounters.ofSlots(0, 25, 25, 0, 20, 30);
    assertThat(Statistics.deviation(whole, 100, holes, 100)).isEqualTo(0.5);
  }

  @Test
  void identicalCountersHaveNoDistanceOfAnyKind() {
    FeatureCounters counters = FeatureCounters.ofSlots(3, 50, 20, 7, 1, 2);
    FeatureBins bins = new FeatureBins("f", new double[] {0, 4});
    assertThat(Statistics.deviation(counters, 83, counters, 83)).isZero();
    assertThat(Statistics.jensenShannon(counters.slots(), counters.slots())).isZero();
    assertThat(Statistics.wasserstein(bins, counters, counters)).isZero();
    assertThat(Statistics.pValue(counters, counters)).isEqualTo(1);
  }

  @Test
  void disjointCountersAreAsFarApartAsCanBe() {
    FeatureCounters low = FeatureCounters.ofSlots(0, 500, 0, 0, 0, 0);
    FeatureCounters high = FeatureCounters.ofSlots(0, 0, 300, 0, 0, 0);
    FeatureBins bins = new FeatureBins("f", new double[] {0, 4});
    assertThat(Statistics.deviation(low, 500, high, 300)).isEqualTo(1);
    assertThat(Statistics.jensenShannon(low.slots(), high.slots())).isEqualTo(1);
    assertThat(Statistics.wasserstein(bins, low, high)).isEqualTo(1);
    assertThat(Statistics.pValue(low, high)).isLessThan(1e-12);
  }

  @Test
  void wassersteinIsTheShareOfTheRangeThatMassMoved() {
    FeatureBins bins = new FeatureBins("f", new double[] {0, 1, 4});
    FeatureCounters before = FeatureCounters.ofSlots(0, 100, 0, 0, 0, 0, 0);
    FeatureCounters after = FeatureCounters.ofSlots(0, 50, 50, 0, 0, 0, 0);
    assertThat(Statistics.wasserstein(bins, before, after)).isCloseTo(0.125, within(1e-12));
  }

  @Test
  void pValuesOfEqualDistributionsAreRarelySmall() {
    Random random = new Random(17);
    int small = 0;
    for (int i = 0; i < 1_000; i++) {
      Baseline baseline = SampleRows.baseline(SampleRows.normal(random, 500, 1, 0), 200);
      WindowCounters window = SampleRows.count(baseline, SampleRows.normal(random, 200, 1, 0));
      double p =
          Statistics.pValue(
              baseline.reference().counters().features().getFirst(), window.features().getFirst());
      small += p < 0.05 ? 1 : 0;
    }
    assertThat(small).isBetween(15, 70);
  }

  @Test
  void testsLargeBaselinesOnAProportionalSample() {
    FeatureCounters huge = FeatureCounters.ofSlots(0, 5_000_000_000L, 5_000_000_000L, 0, 0, 0);
    FeatureCounters window = FeatureCounters.ofSlots(0, 100, 100, 0, 0, 0);
    assertThat(Statistics.pValue(huge, window)).isEqualTo(1);
    FeatureCounters moved = FeatureCounters.ofSlots(0, 20, 180, 0, 0, 0);
    assertThat(Statistics.pValue(huge, moved)).isLessThan(1e-12);
  }

  @Test
  void predictionShiftMergesRareCategoriesAndCountsUnknownOnes() {
    PredictionShift same =
        Statistics.predictionShift(List.of(500L, 490L, 1L, 0L), List.of(100L, 98L, 0L, 1L));
    assertThat(same.pValue()).isGreaterThan(0.3);
    assertThat(same.unknown()).isEqualTo(1);
    PredictionShift moved =
        Statistics.predictionShift(List.of(500L, 500L, 0L, 0L), List.of(190L, 10L, 0L, 0L));
    assertThat(moved.totalVariation()).isCloseTo(0.45, within(1e-12));
    assertThat(moved.pValue()).isLessThan(1e-12);
    assertThat(moved.jensenShannon()).isBetween(0.1, 0.5);
  }

  private static double bruteForce(float[][] left, float[][] right) {
    double largest = 0;
    for (float value = 0; value <= 16; value++) {
      largest = Math.max(largest, Math.abs(share(left, value) - share(right, value)));
    }
    return largest;
  }

  private static double share(float[][] rows, float most) {
    return (double) Arrays.stream(rows).filter(row -> row[0] <= most).count() / rows.length;
  }
}
