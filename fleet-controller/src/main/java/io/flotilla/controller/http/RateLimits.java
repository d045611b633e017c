package io.flotilla.controller.http;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;

/**
 * How often anybody may ask: a bucket of {@code burst} requests that fills up again at {@code
 * perSecond}.
 *
 * @param perSecond requests of one caller for each second, 1 to 100,000
 * @param burst requests of one caller at once, 1 to 100,000
 * @param refusedPerMinute requests from one address without a valid token, for each minute and at
 *     once, 1 to 100,000; beyond that, the address waits
 */
public record RateLimits(int perSecond, int burst, int refusedPerMinute) {
  /** 500 for each second, 2,000 at once; 120 refused for each minute. */
  public static final RateLimits DEFAULT = new RateLimits(500, 2000, 120);

  private static final int MAX = 100_000;

  /**
   * Checks the ranges.
   *
   * @throws FlotillaException {@code CONFIGURATION_INVALID}
   */
  public RateLimits {
    for (int value : new int[] {perSecond, burst, refusedPerMinute}) {
      if (value < 1 || value > MAX) {
        throw new FlotillaException(ErrorCode.CONFIGURATION_INVALID, "a rate limit is 1 to " + MAX);
      }
    }
  }
}
