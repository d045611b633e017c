package io.flotilla.drift;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;

/**
 * Counts rows as they are scored. Adding a row allocates nothing and takes no branch that depends
 * on where in the baseline a value falls. Confined to one thread at a time.
 */
public final class WindowCounter {
  private static final int STRIDE = DriftLimits.MAX_CELLS + FeatureCounters.EXTRA_SLOTS;
  private static final int EXPONENT = 0x7f800000;
  private static final BitSet NO_NULLS = new BitSet(0);

  // configuration
  private final int features;
  private final int[] cells;
  private final int[] edgeKeys;

  // the open window
  private final int[] counts;
  private final int[] predictions;
  private int rows;

  /** Counts in the cells of this baseline. */
  public WindowCounter(Baseline baseline) {
    this(baseline.bins(), baseline.categories().size());
  }

  WindowCounter(List<FeatureBins> bins, int categories) {
    features = bins.size();
    cells = new int[features];
    edgeKeys = new int[features * DriftLimits.MAX_CELLS];
    Arrays.fill(edgeKeys, Integer.MAX_VALUE);
    for (int f = 0; f < features; f++) {
      cells[f] = bins.get(f).cells();
      for (int c = 0; c < cells[f]; c++) {
        edgeKeys[f * DriftLimits.MAX_CELLS + c] = key((float) bins.get(f).edge(c));
      }
    }
    counts = new int[features * STRIDE];
    predictions = new int[categories + 1];
  }

  /** Values of one row. */
  public int features() {
    return features;
  }

  /** Rows in the open window, ≥ 0. */
  public long rows() {
    return rows;
  }

  /**
   * Counts a row.
   *
   * @param row exactly {@link #features()} values; NaN and the infinities count as non-finite
   * @param category index of the predicted category; empty, or an index the baseline does not have,
   *     counts as unknown
   * @throws IllegalArgumentException if the row has another number of values; nothing is counted
   */
  public void add(float[] row, OptionalInt category) {
    add(row, NO_NULLS, category);
  }

  /**
   * Counts a row with absent values.
   *
   * @param nulls the features that are absent; their values are not looked at
   * @see #add(float[], OptionalInt)
   */
  public void add(float[] row, BitSet nulls, OptionalInt category) {
    requireLength(row.length);
    boolean complete = nulls.isEmpty();
    for (int f = 0; f < features; f++) {
      if (complete || !nulls.get(f)) {
        count(f, row[f]);
      } else {
        counts[f * STRIDE + cells[f] + 3]++;
      }
    }
    finish(category);
  }

  /**
   * Counts a row that lies between position and limit of a buffer, which stay as they are.
   *
   * @see #add(float[], OptionalInt)
   */
  public void add(FloatBuffer row, OptionalInt category) {
    requireLength(row.remaining());
    int start = row.position();
    for (int f = 0; f < features; f++) {
      count(f, row.get(start + f));
    }
    finish(category);
  }

  /** The counters of the open window; a new one is open afterwards. */
  public WindowCounters take() {
    List<FeatureCounters> taken = new ArrayList<>(features);
    for (int f = 0; f < features; f++) {
      long[] slots = new long[cells[f] + FeatureCounters.EXTRA_SLOTS];
      for (int s = 0; s < slots.length; s++) {
        slots[s] = counts[f * STRIDE + s];
      }
      taken.add(FeatureCounters.ofSlots(slots));
    }
    WindowCounters window =
        new WindowCounters(rows, taken, Arrays.stream(predictions).asLongStream().boxed().toList());
    Arrays.fill(counts, 0);
    Arrays.fill(predictions, 0);
    rows = 0;
    return window;
  }

  private void count(int feature, float value) {
    int bits = Float.floatToRawIntBits(value);
    if ((bits & EXPONENT) == EXPONENT) {
      counts[feature * STRIDE + cells[feature] + 2]++;
    } else {
      counts[feature * STRIDE + slot(feature * DriftLimits.MAX_CELLS, key(value))]++;
    }
  }

  /**
   * 0 for below, 1 + cell, or cells + 1 for above: the number of edges less than the key, plus one
   * unless the key is less than the first. The difference's sign bit stands for the comparison, so
   * that no step is a branch to mispredict.
   */
  private int slot(int first, int key) {
    int position = 0;
    for (int step = DriftLimits.MAX_CELLS / 2; step > 0; step >>= 1) {
      position += less(edgeKeys[first + position + step - 1], key) * step;
    }
    position += less(edgeKeys[first + position], key);
    return position + 1 - less(key, edgeKeys[first]);
  }

  private static int less(int left, int right) {
    return (int) (((long) left - right) >>> 63);
  }

  /** An integer that orders as finite floats do; adding zero turns −0 into 0. */
  private static int key(float value) {
    int bits = Float.floatToRawIntBits(value + 0.0f);
    return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
  }

  private void finish(OptionalInt category) {
    int unknown = predictions.length - 1;
    int index = category.orElse(unknown);
    predictions[index >= 0 && index < unknown ? index : unknown]++;
    rows = Math.incrementExact(rows);
  }

  private void requireLength(int values) {
    if (values != features) {
      throw new IllegalArgumentException(
          "a row has %d values where the baseline has %d features".formatted(values, features));
    }
  }
}
