package io.flotilla.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BaselineBuilderTest {
  @Test
  void givesEachOfFewDistinctValuesItsOwnCell() {
    Baseline baseline = SampleRows.baseline(SampleRows.discrete(new Random(1), 400, 2), 100);
    double[] expected = new double[17];
    java.util.Arrays.setAll(expected, i -> i);
    assertThat(baseline.bins().getFirst().edges()).containsExactly(expected);
  }

  @Test
  void bindsContinuousFeaturesToSixtyFourQuantiles() {
    float[][] rows = SampleRows.normal(new Random(1), 6_400, 1, 0);
    Baseline baseline = SampleRows.baseline(rows, 100);
    FeatureCounters counted = baseline.reference().counters().features().getFirst();
    assertThat(counted.cells()).isEqualTo(DriftLimits.MAX_CELLS);
    assertThat(counted.below() + counted.above()).isZero();
    for (int cell = 1; cell < counted.cells(); cell++) {
      assertThat(counted.cell(cell)).isBetween(99L, 105L);
    }
  }

  @Test
  void deduplicatesQuantilesOfTiedValues() {
    Random random = new Random(3);
    float[][] rows = SampleRows.normal(random, 1_000, 1, 0);
    for (int i = 0; i < 900; i++) {
      rows[i][0] = 0;
    }
    FeatureBins bins = SampleRows.baseline(rows, 100).bins().getFirst();
    assertThat(bins.cells()).isBetween(3, 10);
    assertThat(bins.edges()).contains(0);
  }

  @Test
  void acceptsConstantFeatures() {
    Baseline baseline = SampleRows.baseline(new float[100][1], 50);
    assertThat(baseline.bins().getFirst().edges()).containsExactly(0);
    WindowVerdict verdict =
        DriftDetector.judge(
            baseline, Baseline.REFERENCE, SampleRows.count(baseline, new float[][] {{0}, {0}}));
    assertThat(verdict.deviation()).isZero();
  }

  @Test
  void coversTheRowsOfAllCohorts() {
    Random random = new Random(5);
    Baseline baseline =
        BaselineBuilder.build(
            new BaselineInput(
                List.of("f"),
                Map.of(
                    Baseline.REFERENCE,
                    CohortRows.of(SampleRows.normal(random, 300, 1, 0)),
                    "far",
                    CohortRows.of(SampleRows.normal(random, 300, 1, 50))),
                List.of(),
                100));
    FeatureCounters far = baseline.cohort("far").counters().features().getFirst();
    assertThat(far.above() + far.below()).isZero();
    assertThat(baseline.cohort("no such cohort")).isEqualTo(baseline.reference());
  }

  @Test
  void calibratesRowsThatWanderAboveTheFamilyBound() {
    Random random = new Random(11);
    float[][] quiet = SampleRows.normal(random, 1_000, 4, 0);
    float[][] wandering = SampleRows.normal(random, 1_000, 4, 0);
    for (int i = 0; i < wandering.length; i++) {
      wandering[i][2] += (float) (1.2 * (i / 200 % 2));
    }
    double bound = Calibration.familyBound(4, 200, 1_000);
    assertThat(SampleRows.baseline(quiet, 200).reference().threshold()).isEqualTo(bound);
    assertThat(SampleRows.baseline(wandering, 200).reference().threshold())
        .isGreaterThan(2 * bound);
  }

  @Test
  void buildsTheSameBaselineFromTheSameRows() {
    assertThat(SampleRows.baseline(SampleRows.normal(new Random(9), 500, 6, 0), 100))
        .isEqualTo(SampleRows.baseline(SampleRows.normal(new Random(9), 500, 6, 0), 100));
  }

  @Test
  void refusesWhatItCannotBuildFrom() {
    assertRefused(() -> SampleRows.baseline(new float[49][1], 10), "49 rows");
    float[][] ragged = new float[60][2];
    ragged[30] = new float[3];
    assertRefused(() -> SampleRows.baseline(ragged, 10), "3 values for 2 features");
    float[][] empty = new float[60][1];
    for (float[] row : empty) {
      row[0] = Float.NaN;
    }
    assertRefused(() -> SampleRows.baseline(empty, 10), "no finite value");
    assertRefused(() -> SampleRows.baseline(new float[60][1], 0), "window");
    assertRefused(
        () ->
            BaselineBuilder.build(
                new BaselineInput(
                    List.of("f"), Map.of("other", CohortRows.of(new float[60][1])), List.of(), 10)),
        "reference");
  }

  @Test
  void refusesEdgesThatAreNotInOrderOrNotFloats() {
    assertRefused(() -> new FeatureBins("f", new double[] {1, 1}), "increase");
    assertRefused(() -> new FeatureBins("f", new double[] {0.1}), "32-bit float");
    assertRefused(() -> new FeatureBins("f", new double[65]), "1 to 64 edges");
    assertRefused(() -> new FeatureBins("", new double[] {1}), "1 to 200 characters");
  }

  private static void assertRefused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String sentence) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INPUT_INVALID))
        .hasMessageContaining(sentence);
  }
}
