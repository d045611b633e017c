package io.flotilla.protocol.message;

/**
 * The buckets in which latencies are counted: four to each doubling, so that a bucket's ends are at
 * most 25 % apart. Bucket {@code b} ends, exclusive, at {@code (5 + b mod 4) × 2^(8 + ⌊b / 4⌋)}
 * nanoseconds: the first at 1.28 µs, the last at 137 s. Bucket 0 takes everything below its end,
 * the last one everything above its beginning.
 */
public final class LatencyBuckets {
  /** Number of buckets. */
  public static final int COUNT = 108;

  private static final int FIRST_EXPONENT = 10;
  private static final int QUARTER_BITS = 2;
  private static final int QUARTERS = 4;
  private static final int QUARTER_MASK = 3;

  private LatencyBuckets() {}

  /** The bucket of a duration in nanoseconds; negative ones count as 0. */
  public static int of(long nanos) {
    int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(Math.max(1, nanos));
    if (exponent < FIRST_EXPONENT) {
      return 0;
    }
    int quarter = (int) (nanos >>> (exponent - QUARTER_BITS)) & QUARTER_MASK;
    return Math.min(COUNT - 1, ((exponent - FIRST_EXPONENT) << QUARTER_BITS) + quarter);
  }

  /** Where a bucket ends, exclusive, in nanoseconds. */
  public static long endNanos(int bucket) {
    long quarters = QUARTERS + 1L + (bucket & QUARTER_MASK);
    return quarters << (FIRST_EXPONENT - QUARTER_BITS + (bucket >> QUARTER_BITS));
  }
}
