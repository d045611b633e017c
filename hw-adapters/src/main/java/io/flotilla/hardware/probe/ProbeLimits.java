package io.flotilla.hardware.probe;

import java.time.Duration;

/**
 * What the process that tries a model may use.
 *
 * @param time for loading and running one model, 100 ms to 1 h, not counting the start of the
 *     process; default 30 s
 * @param memoryBytes of data, Java's own of some 200 MiB included, 512 MiB to 1 TiB; default 2 GiB.
 *     It is what the system's {@code ulimit -d} bounds on Linux; elsewhere only the heap is bound
 * @param heapMib of Java's heap in MiB, 32 to 4,096; default 64. The model lies outside of it
 */
public record ProbeLimits(Duration time, long memoryBytes, int heapMib) {
  private static final Duration MIN_TIME = Duration.ofMillis(100);
  private static final Duration MAX_TIME = Duration.ofHours(1);
  private static final long MIN_MEMORY = 512L << 20;
  private static final long MAX_MEMORY = 1L << 40;
  private static final int MIN_HEAP = 32;
  private static final int MAX_HEAP = 4_096;

  /** The runtime holds a model up to this many times while it loads and optimises it. */
  private static final int COPIES = 4;

  /** 30 s, 2 GiB, 64 MiB of heap. */
  public static final ProbeLimits DEFAULT = new ProbeLimits(Duration.ofSeconds(30), 2L << 30, 64);

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if one is left
   */
  public ProbeLimits {
    if (time.compareTo(MIN_TIME) < 0 || time.compareTo(MAX_TIME) > 0) {
      throw new IllegalArgumentException("a probe's time is 100 ms to 1 h, not " + time);
    }
    if (memoryBytes < MIN_MEMORY || memoryBytes > MAX_MEMORY) {
      throw new IllegalArgumentException(
          "a probe's memory is 512 MiB to 1 TiB, not %d bytes".formatted(memoryBytes));
    }
    if (heapMib < MIN_HEAP || heapMib > MAX_HEAP) {
      throw new IllegalArgumentException(
          "a probe's heap is %d to %d MiB, not %d".formatted(MIN_HEAP, MAX_HEAP, heapMib));
    }
  }

  /**
   * The same limits with 4 times the model's size on top of the memory, so that an honest large
   * model passes.
   *
   * @param modelBytes size of the model with its files of weights, 0 or more
   */
  public ProbeLimits forModelOf(long modelBytes) {
    long room = (MAX_MEMORY - memoryBytes) / COPIES;
    return new ProbeLimits(time, memoryBytes + COPIES * Math.clamp(modelBytes, 0, room), heapMib);
  }
}
