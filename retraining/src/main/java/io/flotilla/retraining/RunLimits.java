package io.flotilla.retraining;

import java.time.Duration;

/**
 * What a worker may use.
 *
 * @param heapMiB most heap in MiB, 64 to 65,536; default 512
 * @param timeLimit after which it is killed, above zero; default 10 minutes
 */
public record RunLimits(int heapMiB, Duration timeLimit) {
  /** 512 MiB and 10 minutes. */
  public static final RunLimits DEFAULT = new RunLimits(512, Duration.ofMinutes(10));

  private static final int MIN_HEAP = 64;
  private static final int MAX_HEAP = 65_536;

  /** Checks the ranges. */
  public RunLimits {
    if (heapMiB < MIN_HEAP || heapMiB > MAX_HEAP) {
      throw new IllegalArgumentException(
          "a worker's heap is %d to %d MiB, not %d".formatted(MIN_HEAP, MAX_HEAP, heapMiB));
    }
    if (timeLimit.isNegative() || timeLimit.isZero()) {
      throw new IllegalArgumentException("a worker's time limit is above zero");
    }
  }
}
