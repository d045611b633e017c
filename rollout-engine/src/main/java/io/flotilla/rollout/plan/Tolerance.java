package io.flotilla.rollout.plan;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a rollout puts up with.
 *
 * @param maxFailures how many devices may fail, 0 or more; empty for any number
 * @param rate which part of them may fail; empty for any part
 * @param deploymentTimeoutSeconds how long one device may take from its assignment to its last
 *     word, 1 to {@value RolloutPlan#MAX_SECONDS}
 * @param retries how often one device is tried again for failures of a class, 0 to {@value
 *     #MAX_RETRIES}; 0 for those not named
 * @param onFailure what happens when it is more
 */
public record Tolerance(
    OptionalInt maxFailures,
    Optional<Rate> rate,
    int deploymentTimeoutSeconds,
    Map<FailureClass, Integer> retries,
    OnFailure onFailure) {
  /** Most attempts after the first, of a class. */
  public static final int MAX_RETRIES = 100;

  /**
   * Checks the ranges.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code ROLLOUT_PLAN_INVALID}
   */
  public Tolerance {
    maxFailures.ifPresent(most -> PlanInvalid.range("maxFailures", most, 0, Integer.MAX_VALUE));
    PlanInvalid.range(
        "deploymentTimeoutSeconds", deploymentTimeoutSeconds, 1, RolloutPlan.MAX_SECONDS);
    EnumMap<FailureClass, Integer> copy = new EnumMap<>(FailureClass.class);
    retries.forEach(
        (failure, most) -> {
          PlanInvalid.range("retries of " + failure, most, 0, MAX_RETRIES);
          copy.put(failure, most);
        });
    retries = Collections.unmodifiableMap(copy);
  }

  /** At most this many failures, no retries, then it halts. */
  public static Tolerance of(int maxFailures, int deploymentTimeoutSeconds) {
    return new Tolerance(
        OptionalInt.of(maxFailures),
        Optional.empty(),
        deploymentTimeoutSeconds,
        Map.of(),
        OnFailure.HALT);
  }

  /**
   * A part of the devices that may fail.
   *
   * @param above the rollout fails above it, 0 to 1
   * @param minimum how many devices must have had their last word before it counts, from 1
   */
  public record Rate(double above, int minimum) {
    /**
     * Checks the ranges.
     *
     * @throws io.flotilla.bundle.failure.FlotillaException {@code ROLLOUT_PLAN_INVALID}
     */
    public Rate {
      PlanInvalid.range("failureRate.above", above, 0, 1);
      PlanInvalid.range("failureRate.minimum", minimum, 1, Pace.MAX_DEVICES);
    }

    /** Whether this many failures are too many. */
    public boolean exceeded(long failed, long done) {
      return done >= minimum && failed > above * done;
    }
  }
}
