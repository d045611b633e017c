package io.flotilla.registry.dataset.profile;

import java.util.Arrays;

/**
 * How often values occur, in at most a given number of cells. Each cell holds the float64 numbers
 * that agree in sign, exponent and the leading bits of the fraction. As long as the cells suffice
 * each value has its own; when there are too many, all cells give up one more bit, and pairs of
 * them become one. So the state depends only on which values came how often and not on their order:
 * the bits given up are the fewest with which the values fit. Relative width of a cell: 2^-p where
 * p bits of the fraction are left.
 *
 * <p>Cells of all such counts nest, so that any two can be brought to common ones. This is the
 * binning of HdrHistogram and DDSketch (C. Masson and others, VLDB 2019) with a resolution that
 * follows the data instead of one that is fixed.
 */
final class Cells {
  /** More bits than this are never given up: both signs and little more are left. */
  private static final int MAX_SHIFT = 62;

  private static final int LOAD = 2;

  private final int capacity;
  private int shift;
  private int size;
  private long[] keys;
  private long[] counts;

  /**
   * No values yet.
   *
   * @param capacity most cells, at least 4
   */
  Cells(int capacity) {
    this.capacity = capacity;
    keys = new long[16];
    counts = new long[16];
  }

  /** Counts a value; not NaN. */
  void add(double value) {
    add(ordered(value) >> shift, 1);
    while (size > capacity) {
      coarsen(shift + 1);
    }
  }

  /** Adds the counts of others, which stay as they are. */
  void add(Cells other) {
    if (other.shift > shift) {
      coarsen(other.shift);
    }
    for (int i = 0; i < other.keys.length; i++) {
      if (other.counts[i] > 0) {
        add(other.keys[i] >> (shift - other.shift), other.counts[i]);
        while (size > capacity) {
          coarsen(shift + 1);
        }
      }
    }
  }

  /** The cells in the order of their values. */
  CellCounts counts() {
    long[] sorted = new long[size];
    int n = 0;
    for (int i = 0; i < keys.length; i++) {
      if (counts[i] > 0) {
        sorted[n++] = keys[i];
      }
    }
    Arrays.sort(sorted);
    long[] amounts = new long[size];
    for (int i = 0; i < size; i++) {
      amounts[i] = counts[place(keys, counts, sorted[i])];
    }
    return new CellCounts(
        shift, Arrays.stream(sorted).boxed().toList(), Arrays.stream(amounts).boxed().toList());
  }

  /** Numbers in their order, as whole numbers; both zeros are one. */
  static long ordered(double value) {
    long bits = Double.doubleToRawLongBits(value == 0 ? 0.0 : value);
    return bits >= 0 ? bits : bits ^ Long.MAX_VALUE;
  }

  /** The number that {@link #ordered} made this of. */
  static double number(long ordered) {
    return Double.longBitsToDouble(ordered >= 0 ? ordered : ordered ^ Long.MAX_VALUE);
  }

  private void add(long key, long count) {
    int at = place(keys, counts, key);
    if (counts[at] == 0) {
      keys[at] = key;
      size++;
    }
    counts[at] += count;
    if (size <= capacity && size * LOAD > keys.length) {
      rebuild(keys.length * 2, 0);
    }
  }

  private void coarsen(int to) {
    if (to > MAX_SHIFT) {
      throw new IllegalStateException("a capacity of %d cells is too small".formatted(capacity));
    }
    int by = to - shift;
    shift = to;
    rebuild(keys.length, by);
  }

  private void rebuild(int length, int by) {
    long[] oldKeys = keys;
    long[] oldCounts = counts;
    keys = new long[length];
    counts = new long[length];
    size = 0;
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldCounts[i] > 0) {
        long key = oldKeys[i] >> by;
        int at = place(keys, counts, key);
        if (counts[at] == 0) {
          keys[at] = key;
          size++;
        }
        counts[at] += oldCounts[i];
      }
    }
  }

  /** Where a key is or belongs: open addressing, and a count of 0 is a free place. */
  private static int place(long[] keys, long[] counts, long key) {
    int mask = keys.length - 1;
    int at = (int) Hash64.mix(key) & mask;
    while (counts[at] > 0 && keys[at] != key) {
      at = (at + 1) & mask;
    }
    return at;
  }
}
