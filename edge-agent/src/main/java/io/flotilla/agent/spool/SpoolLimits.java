package io.flotilla.agent.spool;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;

/**
 * Bounds of a spool.
 *
 * @param budgetBytes bytes that captures and windows may occupy on disk, 64 KiB to 1 TiB; default
 *     64 MiB
 * @param reserveBytes bytes beyond the budget for what operators wait for (progress, reported
 *     state, events), 16 KiB to 1 GiB; default 1 MiB
 */
public record SpoolLimits(long budgetBytes, long reserveBytes) {
  /** 64 MiB and 1 MiB. */
  public static final SpoolLimits DEFAULT = new SpoolLimits(64L << 20, 1L << 20);

  private static final long MIN_BUDGET = 64L << 10;
  private static final long MAX_BUDGET = 1L << 40;
  private static final long MIN_RESERVE = 16L << 10;
  private static final long MAX_RESERVE = 1L << 30;

  /**
   * Checks the ranges.
   *
   * @throws FlotillaException {@code CONFIGURATION_INVALID}
   */
  public SpoolLimits {
    if (budgetBytes < MIN_BUDGET
        || budgetBytes > MAX_BUDGET
        || reserveBytes < MIN_RESERVE
        || reserveBytes > MAX_RESERVE) {
      throw new FlotillaException(
          ErrorCode.CONFIGURATION_INVALID,
          "a spool's budget is 64 KiB to 1 TiB and its reserve 16 KiB to 1 GiB");
    }
  }
}
