package io.flotilla.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WindowCounterTest {
  private static final OptionalInt A = OptionalInt.of(0);

  @Test
  void countsEachValueInTheCellWhoseUpperEdgeItDoesNotPass() {
    WindowCounter counter = counter(new double[] {-1.5, 0, 2});
    for (float value : new float[] {-2, -1.5f, -1, -0.0f, 0, 0.1f, 2, 2.5f}) {
      counter.add(new float[] {value}, A);
    }
    //                                             below −1.5 (−1.5,0] (0,2] above
    assertThat(counter.take().features().getFirst())
        .isEqualTo(FeatureCounters.ofSlots(1, 1, 3, 2, 1, 0, 0));
  }

  @Test
  void agreesWithALinearSearchForEveryNumberOfCells() {
    Random random = new Random(42);
    for (int cells = 1; cells <= DriftLimits.MAX_CELLS; cells++) {
      double[] edges =
          random
              .ints(-500, 500)
              .distinct()
              .limit(cells)
              .sorted()
              .mapToDouble(i -> i / 4f)
              .toArray();
      WindowCounter counter = counter(edges);
      long[] expected = new long[cells + FeatureCounters.EXTRA_SLOTS];
      for (int i = 0; i < 500; i++) {
        float value = random.nextInt(-520, 520) / 4f;
        counter.add(new float[] {value}, A);
        expected[linearSlot(edges, value)]++;
      }
      assertThat(counter.take().features().getFirst()).isEqualTo(FeatureCounters.ofSlots(expected));
    }
  }

  @Test
  void countsExtremeValuesLikeAnyOther() {
    WindowCounter counter = counter(new double[] {-Float.MAX_VALUE, 0, Float.MAX_VALUE});
    for (float value : new float[] {-Float.MAX_VALUE, Float.MIN_VALUE, -Float.MIN_VALUE}) {
      counter.add(new float[] {value}, A);
    }
    counter.add(new float[] {Float.MAX_VALUE}, A);
    assertThat(counter.take().features().getFirst())
        .isEqualTo(FeatureCounters.ofSlots(0, 1, 1, 2, 0, 0, 0));
  }

  @Test
  void countsNullsApartFromNonFiniteValues() {
    WindowCounter counter = counter(new double[] {0});
    BitSet absent = new BitSet();
    absent.set(0);
    counter.add(new float[] {Float.NaN}, A);
    counter.add(new float[] {Float.POSITIVE_INFINITY}, A);
    counter.add(new float[] {Float.NEGATIVE_INFINITY}, A);
    counter.add(new float[] {0}, absent, A);
    FeatureCounters counted = counter.take().features().getFirst();
    assertThat(counted.nonFinite()).isEqualTo(3);
    assertThat(counted.nulls()).isEqualTo(1);
    assertThat(counted.below() + counted.cell(0) + counted.above()).isZero();
  }

  @Test
  void countsPredictionsOutsideTheCategoriesAsUnknown() {
    WindowCounter counter = counter(new double[] {0});
    float[] row = {0};
    counter.add(row, OptionalInt.of(1));
    counter.add(row, OptionalInt.of(2));
    counter.add(row, OptionalInt.of(-7));
    counter.add(row, OptionalInt.empty());
    assertThat(counter.take().predictions()).containsExactly(0L, 1L, 3L);
  }

  @Test
  void readsBuffersWithoutMovingThem() {
    WindowCounter counter = counter(new double[] {1}, new double[] {2});
    FloatBuffer buffer = FloatBuffer.wrap(new float[] {9, 1, 2, 9}).position(1).limit(3);
    counter.add(buffer, A);
    assertThat(buffer.position()).isEqualTo(1);
    WindowCounters window = counter.take();
    assertThat(window.features()).allMatch(feature -> feature.cell(0) == 1);
  }

  @Test
  void refusesRowsOfAnotherLengthAndCountsNothing() {
    WindowCounter counter = counter(new double[] {1}, new double[] {2});
    assertThatThrownBy(() -> counter.add(new float[3], A))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(counter.rows()).isZero();
  }

  @Test
  void startsAnewAfterEachWindow() {
    Baseline baseline = SampleRows.baseline(SampleRows.normal(new Random(1), 100, 3, 0), 50);
    WindowCounter counter = new WindowCounter(baseline);
    counter.add(new float[3], A);
    assertThat(counter.take().rows()).isEqualTo(1);
    assertThat(counter.take()).isEqualTo(WindowCounters.empty(baseline));
  }

  @Test
  void mergesToTheSameBitsInAnyOrder() {
    Random random = new Random(7);
    Baseline baseline = SampleRows.baseline(SampleRows.normal(random, 500, 5, 0), 100);
    List<WindowCounters> windows = new ArrayList<>();
    float[][] all = SampleRows.normal(random, 900, 5, 0.5);
    for (int w = 0; w < 30; w++) {
      windows.add(
          SampleRows.count(baseline, java.util.Arrays.copyOfRange(all, w * 30, w * 30 + 30)));
    }
    WindowCounters whole = SampleRows.count(baseline, all);
    for (int i = 0; i < 20; i++) {
      Collections.shuffle(windows, random);
      WindowCounters merged =
          windows.stream().reduce(WindowCounters.empty(baseline), WindowCounters::merge);
      assertThat(merged).isEqualTo(whole);
    }
  }

  @Test
  void refusesToMergeCountersOfDifferentBaselines() {
    WindowCounters one = counter(new double[] {1}).take();
    WindowCounters two = counter(new double[] {1, 2}).take();
    assertThatThrownBy(() -> one.merge(two)).isInstanceOf(IllegalArgumentException.class);
  }

  private static int linearSlot(double[] edges, float value) {
    if (value < edges[0]) {
      return 0;
    }
    int cell = 0;
    while (cell < edges.length && edges[cell] < value) {
      cell++;
    }
    return cell + 1;
  }

  private static WindowCounter counter(double[]... edges) {
    List<FeatureBins> bins = new ArrayList<>();
    for (double[] each : edges) {
      bins.add(new FeatureBins("f" + bins.size(), each));
    }
    List<FeatureCounters> one = new ArrayList<>();
    for (FeatureBins each : bins) {
      long[] slots = new long[each.cells() + FeatureCounters.EXTRA_SLOTS];
      slots[1] = 1;
      one.add(FeatureCounters.ofSlots(slots));
    }
    CohortBaseline cohort =
        new CohortBaseline(new WindowCounters(1, one, List.of(1L, 0L, 0L)), 0.5);
    return new WindowCounter(
        new Baseline(bins, Map.of(Baseline.REFERENCE, cohort), List.of("a", "b"), 10));
  }
}
