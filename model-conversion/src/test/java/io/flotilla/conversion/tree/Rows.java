package io.flotilla.conversion.tree;

import io.flotilla.bundle.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;

/**
 * Rows of 32-bit features, one after the other.
 *
 * @param columns how many features a row has
 */
@SuppressWarnings("ArrayRecordComponent")
record Rows(int columns, float[] values) {
  int count() {
    return values.length / columns;
  }

  float[] row(int row) {
    return Arrays.copyOfRange(values, row * columns, (row + 1) * columns);
  }

  Tensor tensor() {
    return Tensor.ofFloats(List.of((long) count(), (long) columns), values);
  }

  /** What a rule says of each row. */
  float[] labels(ToDoubleFunction<float[]> rule) {
    float[] labels = new float[count()];
    for (int row = 0; row < labels.length; row++) {
      labels[row] = (float) rule.applyAsDouble(row(row));
    }
    return labels;
  }

  /** The first rows. */
  Rows first(int rows) {
    return new Rows(columns, Arrays.copyOf(values, rows * columns));
  }

  /**
   * Normal numbers, of which one in ten is 0 and some are missing.
   *
   * @param missing share of NaN
   */
  static Rows random(long seed, int count, int columns, double missing) {
    Random random = new Random(seed);
    float[] values = new float[count * columns];
    for (int i = 0; i < values.length; i++) {
      float value = (float) random.nextGaussian();
      if (random.nextInt(10) == 0) {
        value = 0;
      }
      values[i] = random.nextDouble() < missing ? Float.NaN : value;
    }
    return new Rows(columns, values);
  }

  /** The same with a column of categories from 0, some of them missing and some as 12.5 or −3. */
  Rows withCategories(long seed, int column, int categories, boolean odd) {
    Random random = new Random(seed);
    float[] changed = values.clone();
    for (int row = 0; row < count(); row++) {
      float value = random.nextInt(categories);
      int dice = random.nextInt(40);
      if (odd) {
        value =
            switch (dice) {
              case 0 -> Float.NaN;
              case 1 -> value + 0.5f;
              case 2 -> -0.5f;
              case 3 -> -3;
              case 4 -> categories + 1_000;
              case 5 -> Float.POSITIVE_INFINITY;
              case 6 -> 3e9f;
              default -> value;
            };
      }
      changed[row * columns + column] = value;
    }
    return new Rows(columns, changed);
  }

  /** The same with 1 in place of infinity. */
  Rows finite() {
    float[] changed = values.clone();
    for (int i = 0; i < changed.length; i++) {
      changed[i] = Float.isInfinite(changed[i]) ? 1 : changed[i];
    }
    return new Rows(columns, changed);
  }

  /** Every value of a column of the rows, its neighbours, and numbers without a neighbour. */
  Rows onEdges(double[] edges) {
    float[] candidates = new float[edges.length * 3 + 6];
    for (int i = 0; i < edges.length; i++) {
      float edge = (float) edges[i];
      candidates[3 * i] = edge;
      candidates[3 * i + 1] = Math.nextDown(edge);
      candidates[3 * i + 2] = Math.nextUp(edge);
    }
    float[] odd = {
      0f, -0f, Float.MAX_VALUE, -Float.MAX_VALUE, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY
    };
    System.arraycopy(odd, 0, candidates, edges.length * 3, odd.length);
    float[] changed = values.clone();
    Random random = new Random(7);
    for (int i = 0; i < changed.length; i++) {
      changed[i] = candidates[random.nextInt(candidates.length)];
    }
    return new Rows(columns, changed);
  }
}
