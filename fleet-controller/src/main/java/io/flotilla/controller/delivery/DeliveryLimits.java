package io.flotilla.controller.delivery;

/**
 * How fast bundles may go out.
 *
 * @param mergeMillis how long the first ask for an idle bundle waits for others; 0 or more
 * @param maxInFlight most parts of one bundle handed to the broker and not confirmed; 1 or more
 * @param bytesPerSecond most bytes of one bundle each second, on average; 1 to {@link
 *     #MAX_BYTES_PER_SECOND}
 */
public record DeliveryLimits(long mergeMillis, int maxInFlight, long bytesPerSecond) {
  /** Highest rate: 1 TiB/s. */
  public static final long MAX_BYTES_PER_SECOND = 1L << 40;

  /** 100 ms, 8 parts, 32 MiB/s. */
  public static final DeliveryLimits DEFAULT = new DeliveryLimits(100, 8, 32L << 20);

  /** Checks the ranges. */
  public DeliveryLimits {
    if (mergeMillis < 0
        || maxInFlight < 1
        || bytesPerSecond < 1
        || bytesPerSecond > MAX_BYTES_PER_SECOND) {
      throw new IllegalArgumentException("delivery limits must be positive");
    }
  }
}
