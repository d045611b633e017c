package io.flotilla.controller.rollout;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;

/**
 * How far a wave reaches, counted from the first device of the rollout: sizes are cumulative.
 *
 * @param unit what {@code amount} counts
 * @param amount devices (a whole number from 1), or percent of the rollout's devices (above 0 to
 *     100, rounded up to whole devices)
 */
public record WaveSize(Unit unit, double amount) {
  /** What a size counts. */
  public enum Unit {
    /** Devices. */
    DEVICES,
    /** Percent of the rollout's devices. */
    PERCENT
  }

  private static final double WHOLE = 100.0;

  /**
   * Checks the amount.
   *
   * @throws FlotillaException {@code ROLLOUT_PLAN_INVALID}
   */
  public WaveSize {
    boolean sound =
        switch (unit) {
          case DEVICES -> amount >= 1 && amount <= Integer.MAX_VALUE && amount == Math.rint(amount);
          case PERCENT -> amount > 0 && amount <= WHOLE;
        };
    if (!sound) {
      throw new FlotillaException(
          ErrorCode.ROLLOUT_PLAN_INVALID,
          "a wave is {\"devices\": 1 or more} or {\"percent\": above 0 to 100}, not " + amount);
    }
  }

  /** A wave that reaches this many devices. */
  public static WaveSize devices(int count) {
    return new WaveSize(Unit.DEVICES, count);
  }

  /** A wave that reaches this many percent of the devices. */
  public static WaveSize percent(double percent) {
    return new WaveSize(Unit.PERCENT, percent);
  }

  /** How many of {@code total} devices have their turn once this wave is open. */
  public int reach(int total) {
    return switch (unit) {
      case DEVICES -> (int) Math.min(amount, total);
      case PERCENT -> Math.min(total, (int) Math.ceil(total * amount / WHOLE));
    };
  }
}
