package io.flotilla.rollout.plan;

import java.util.Optional;

/**
 * How fast devices have their turn.
 *
 * @param rate devices a minute; empty for as fast as the controller can
 * @param maxInFlight most devices that carry out an assignment at the same time, 1 to {@value
 *     #MAX_DEVICES}
 */
public record Pace(Optional<Rate> rate, int maxInFlight) {
  /** Most devices of a rollout. */
  public static final int MAX_DEVICES = 1_000_000;

  /** As fast as the controller can. */
  public static final Pace UNLIMITED = new Pace(Optional.empty(), MAX_DEVICES);

  /**
   * Checks the number.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code ROLLOUT_PLAN_INVALID}
   */
  public Pace {
    PlanInvalid.range("maxInFlight", maxInFlight, 1, MAX_DEVICES);
  }

  /**
   * A rate that grows with success. Formula: {@code perMinute × factor^⌊succeeded /
   * afterSucceeded⌋}, at most {@code maxPerMinute}.
   *
   * @param perMinute devices a minute at the beginning, 0.01 to {@value #MAX_PER_MINUTE}
   * @param factor what the rate is multiplied with, 1 to 10
   * @param afterSucceeded how many devices must have succeeded each time, from 1
   * @param maxPerMinute what the rate ends at, {@code perMinute} to {@value #MAX_PER_MINUTE}
   */
  public record Rate(double perMinute, double factor, int afterSucceeded, double maxPerMinute) {
    /** The highest rate: 10,000 devices a second. */
    public static final int MAX_PER_MINUTE = 600_000;

    private static final double LEAST = 0.01;
    private static final int MAX_FACTOR = 10;

    /**
     * Checks the ranges.
     *
     * @throws io.flotilla.bundle.failure.FlotillaException {@code ROLLOUT_PLAN_INVALID}
     */
    public Rate {
      PlanInvalid.range("perMinute", perMinute, LEAST, MAX_PER_MINUTE);
      PlanInvalid.range("factor", factor, 1, MAX_FACTOR);
      PlanInvalid.range("afterSucceeded", afterSucceeded, 1, MAX_DEVICES);
      PlanInvalid.range("maxPerMinute", maxPerMinute, perMinute, MAX_PER_MINUTE);
    }

    /** A rate that stays. */
    public static Rate steady(double perMinute) {
      return new Rate(perMinute, 1, 1, perMinute);
    }

    /** Devices a minute once this many have succeeded. */
    public double after(long succeeded) {
      long steps = succeeded / afterSucceeded;
      return Math.min(maxPerMinute, perMinute * Math.pow(factor, (double) steps));
    }
  }
}
