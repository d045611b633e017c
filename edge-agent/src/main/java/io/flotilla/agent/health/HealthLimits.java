package io.flotilla.agent.health;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;

/**
 * When health is reported: whichever comes first, and only if anything was scored.
 *
 * @param periodMs longest period of a report, 100 ms to 1 hour; default 60,000
 * @param rows rows that end a period early, 1 to 1,000,000; default 10,000
 */
public record HealthLimits(int periodMs, int rows) {
  /** 60 s, 10,000 rows. */
  public static final HealthLimits DEFAULT = new HealthLimits(60_000, 10_000);

  private static final int MIN_MS = 100;
  private static final int HOUR_MS = 3_600_000;
  private static final int MAX_ROWS = 1_000_000;

  /**
   * Checks the ranges.
   *
   * @throws FlotillaException {@code CONFIGURATION_INVALID}
   */
  public HealthLimits {
    if (periodMs < MIN_MS || periodMs > HOUR_MS || rows < 1 || rows > MAX_ROWS) {
      throw new FlotillaException(
          ErrorCode.CONFIGURATION_INVALID,
          "health is reported every 100 ms to 1 hour, or 1 to 1,000,000 rows");
    }
  }
}
