package io.flotilla.drift;

import java.util.Arrays;

/**
 * Exact counts of one feature: below the first edge, one per cell, above the last edge, non-finite
 * (NaN and the infinities) and null. Immutable; equal by value.
 */
public final class FeatureCounters {
  /** Slots beside the cells: below, above, non-finite, null. */
  public static final int EXTRA_SLOTS = 4;

  private final long[] slots;

  private FeatureCounters(long[] slots) {
    this.slots = slots;
  }

  /**
   * Counters from their slots.
   *
   * @param slots below, cells in order, above, non-finite, null; each ≥ 0
   * @throws IllegalArgumentException if there is no cell, there are more than 64, or a count is
   *     negative
   */
  public static FeatureCounters ofSlots(long... slots) {
    int cells = slots.length - EXTRA_SLOTS;
    if (cells < 1 || cells > DriftLimits.MAX_CELLS) {
      throw new IllegalArgumentException("impossible number of cells: " + cells);
    }
    if (Arrays.stream(slots).anyMatch(count -> count < 0)) {
      throw new IllegalArgumentException("counts are never negative");
    }
    return new FeatureCounters(slots.clone());
  }

  /** A copy of the slots, in the order of {@link #ofSlots}. */
  public long[] toSlots() {
    return slots.clone();
  }

  /** Number of cells, 1 to 64. */
  public int cells() {
    return slots.length - EXTRA_SLOTS;
  }

  /** Values in a cell, from 0. */
  public long cell(int index) {
    return slots[1 + index];
  }

  /** Values less than the first edge. */
  public long below() {
    return slots[0];
  }

  /** Values greater than the last edge. */
  public long above() {
    return slots[slots.length - 3];
  }

  /** Values that were NaN or infinite. */
  public long nonFinite() {
    return slots[slots.length - 2];
  }

  /** Values that were absent. */
  public long nulls() {
    return slots[slots.length - 1];
  }

  /** All values, null and non-finite ones included: the rows seen. */
  public long total() {
    return Arrays.stream(slots).sum();
  }

  /**
   * The counts of both, added.
   *
   * @throws IllegalArgumentException if the numbers of cells differ
   * @throws ArithmeticException if a count goes beyond 2⁶³−1
   */
  public FeatureCounters merge(FeatureCounters other) {
    requireLike(other);
    long[] sum = new long[slots.length];
    Arrays.setAll(sum, i -> Math.addExact(slots[i], other.slots[i]));
    return new FeatureCounters(sum);
  }

  /** The slots themselves, for the statistics of this package, which only read them. */
  long[] slots() {
    return slots;
  }

  void requireLike(FeatureCounters other) {
    if (slots.length != other.slots.length) {
      throw new IllegalArgumentException(
          "counters of %d and %d cells do not belong together".formatted(cells(), other.cells()));
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FeatureCounters that && Arrays.equals(slots, that.slots);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(slots);
  }

  @Override
  public String toString() {
    return "FeatureCounters" + Arrays.toString(slots);
  }
}
