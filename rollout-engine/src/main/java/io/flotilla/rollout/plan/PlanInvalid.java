package io.flotilla.rollout.plan;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;

/** Refuses plans. */
final class PlanInvalid {
  private PlanInvalid() {}

  static FlotillaException because(String message) {
    return new FlotillaException(ErrorCode.ROLLOUT_PLAN_INVALID, message);
  }

  /** Refuses a number outside of a range, both ends allowed. */
  static void range(String name, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw because("%s is %s to %s, not %s".formatted(name, text(least), text(most), text(value)));
    }
  }

  private static String text(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
