package io.flotilla.registry.dataset.profile;

import java.util.Arrays;

/**
 * How many different values there are: the k least of their hashes (K. Beyer and others, "On
 * synopses for distinct-value estimation under multiset operations", SIGMOD 2007). With fewer than
 * k the count is exact but for collisions in 63 bits; with more it is estimated as (k − 1) ÷ (the
 * k-th least hash as a part of the range), with a relative standard error of 1 ÷ √(k − 2). The k
 * least of a union are those of the parts' k least, so parts add up to the whole in any order.
 */
final class DistinctValues {
  private static final int RECENT = 1024;
  private static final double RANGE = 0x1p63;

  private final int k;

  /** Sorted and without repeats up to {@code settled}, then as they came. */
  private long[] hashes;

  private int size;
  private int settled;

  /** Hashes from here on are not among the k least. */
  private long bound = Long.MAX_VALUE;

  /** Spares the common values the way through the list; a hit is always right. */
  private final long[] recent;

  DistinctValues(int k) {
    this.k = k;
    hashes = new long[64];
    recent = new long[Math.min(RECENT, Integer.highestOneBit(k))];
    Arrays.fill(recent, -1);
  }

  /** Takes in a value by its hash. */
  void add(long hash) {
    addPositive(hash >>> 1);
  }

  /** Takes in all values of another of the same k, which stays as it is. */
  void add(DistinctValues other) {
    for (int i = 0; i < other.size; i++) {
      addPositive(other.hashes[i]);
    }
  }

  /** The count. */
  Distinct count() {
    settle();
    if (size < k) {
      return new Distinct(size, true, 0);
    }
    double estimate = (k - 1) / (hashes[k - 1] / RANGE);
    return new Distinct(Math.round(estimate), false, estimate / Math.sqrt(k - 2));
  }

  private void addPositive(long hash) {
    if (hash >= bound) {
      return;
    }
    int slot = (int) hash & (recent.length - 1);
    if (recent[slot] == hash) {
      return;
    }
    recent[slot] = hash;
    if (size == hashes.length) {
      settle();
      if (size * 2 > hashes.length) {
        hashes = Arrays.copyOf(hashes, hashes.length * 2);
      }
    }
    hashes[size++] = hash;
  }

  private void settle() {
    if (settled == size) {
      return;
    }
    Arrays.sort(hashes, 0, size);
    int kept = 0;
    for (int i = 0; i < size && kept < k; i++) {
      if (kept == 0 || hashes[kept - 1] != hashes[i]) {
        hashes[kept++] = hashes[i];
      }
    }
    size = kept;
    settled = kept;
    if (kept == k) {
      bound = hashes[k - 1];
    }
  }
}
