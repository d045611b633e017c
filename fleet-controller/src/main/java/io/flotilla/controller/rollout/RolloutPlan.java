package io.flotilla.controller.rollout;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.List;
import java.util.Optional;

/**
 * How a rollout proceeds, fixed when it is created.
 *
 * @param selector which devices, as written by the operator
 * @param waves 1 to {@value #MAX_WAVES} cumulative sizes; the last must reach every device
 * @param maxFailures how many devices may fail before the rollout halts; 0 or more
 * @param deploymentTimeoutSeconds how long one device may take from its assignment to its last
 *     word; 1 to {@value #MAX_TIMEOUT_SECONDS}
 * @param leftOut the devices that are passed by because they cannot run the version; empty if such
 *     devices are to stop the rollout before it begins
 */
public record RolloutPlan(
    String selector,
    List<WaveSize> waves,
    int maxFailures,
    int deploymentTimeoutSeconds,
    Optional<LeftOut> leftOut) {
  /** Most waves of a rollout. */
  public static final int MAX_WAVES = 100;

  /** Longest deployment timeout: seven days. */
  public static final int MAX_TIMEOUT_SECONDS = 7 * 24 * 3600;

  /**
   * Checks the ranges.
   *
   * @throws FlotillaException {@code ROLLOUT_PLAN_INVALID}
   */
  public RolloutPlan {
    waves = List.copyOf(waves);
    if (waves.isEmpty() || waves.size() > MAX_WAVES) {
      throw invalid("a rollout has 1 to " + MAX_WAVES + " waves, not " + waves.size());
    }
    if (maxFailures < 0) {
      throw invalid("maxFailures is 0 or more, not " + maxFailures);
    }
    if (deploymentTimeoutSeconds < 1 || deploymentTimeoutSeconds > MAX_TIMEOUT_SECONDS) {
      throw invalid(
          "deploymentTimeoutSeconds is 1 to %d, not %d"
              .formatted(MAX_TIMEOUT_SECONDS, deploymentTimeoutSeconds));
    }
  }

  /** A plan that devices which cannot run the version stop. */
  public RolloutPlan(
      String selector, List<WaveSize> waves, int maxFailures, int deploymentTimeoutSeconds) {
    this(selector, waves, maxFailures, deploymentTimeoutSeconds, Optional.empty());
  }

  /** The same, passing these devices by. */
  public RolloutPlan leavingOut(LeftOut devices) {
    return new RolloutPlan(
        selector, waves, maxFailures, deploymentTimeoutSeconds, Optional.of(devices));
  }

  /**
   * The first position after each wave, for this many devices.
   *
   * @throws FlotillaException {@code ROLLOUT_PLAN_INVALID} if a wave reaches less far than the one
   *     before it, or the last one not every device
   */
  int[] reaches(int total) {
    int[] reaches = waves.stream().mapToInt(wave -> wave.reach(total)).toArray();
    for (int i = 1; i < reaches.length; i++) {
      if (reaches[i] < reaches[i - 1]) {
        throw invalid(
            "wave %d reaches %d devices, fewer than the %d of the wave before: sizes are cumulative"
                .formatted(i + 1, reaches[i], reaches[i - 1]));
      }
    }
    int last = reaches[reaches.length - 1];
    if (last < total) {
      throw invalid(
          "the waves end at %d of %d devices: add {\"percent\": 100}, or narrow the selector"
              .formatted(last, total));
    }
    return reaches;
  }

  private static FlotillaException invalid(String message) {
    return new FlotillaException(ErrorCode.ROLLOUT_PLAN_INVALID, message);
  }
}
