package io.flotilla.drift;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Rows for tests: independent normal features, optionally rounded to whole numbers or moved. */
public final class SampleRows {
  private SampleRows() {}

  /** Rows of {@code features} values with mean {@code shift} and unit variance. */
  public static float[][] normal(RandomGenerator random, int rows, int features, double shift) {
    float[][] values = new float[rows][features];
    for (float[] row : values) {
      for (int f = 0; f < features; f++) {
        row[f] = (float) (random.nextGaussian() + shift);
      }
    }
    return values;
  }

  /** Whole numbers from 0 to 16. */
  public static float[][] discrete(RandomGenerator random, int rows, int features) {
    float[][] values = new float[rows][features];
    for (float[] row : values) {
      for (int f = 0; f < features; f++) {
        row[f] = random.nextInt(17);
      }
    }
    return values;
  }

  /** A baseline with one cohort and categories "a", "b", "c", predicted in turn. */
  public static Baseline baseline(float[][] rows, int windowRows) {
    int[] predicted = new int[rows.length];
    Arrays.setAll(predicted, i -> i % 3);
    return BaselineBuilder.build(
        new BaselineInput(
            names(rows[0].length),
            Map.of(Baseline.REFERENCE, new CohortRows(rows, predicted)),
            List.of("a", "b", "c"),
            windowRows));
  }

  /** Names of that many features. */
  public static List<String> names(int features) {
    List<String> names = new ArrayList<>();
    for (int f = 0; f < features; f++) {
      names.add("f%04d".formatted(f));
    }
    return names;
  }

  /** Counts rows whose predictions go in turn through the categories. */
  public static WindowCounters count(Baseline baseline, float[][] rows) {
    WindowCounter counter = new WindowCounter(baseline);
    for (int i = 0; i < rows.length; i++) {
      counter.add(rows[i], java.util.OptionalInt.of(i % 3));
    }
    return counter.take();
  }
}
