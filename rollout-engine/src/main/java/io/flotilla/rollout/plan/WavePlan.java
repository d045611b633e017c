package io.flotilla.rollout.plan;

/**
 * One wave as it is wanted.
 *
 * @param size how far it reaches
 * @param soakSeconds how long nothing else opens after its last device is done, 0 to {@value
 *     RolloutPlan#MAX_SECONDS}
 * @param approval whether somebody has to approve before it opens
 */
public record WavePlan(WaveSize size, int soakSeconds, boolean approval) {
  /**
   * Checks the soak.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code ROLLOUT_PLAN_INVALID}
   */
  public WavePlan {
    PlanInvalid.range("soakSeconds", soakSeconds, 0, RolloutPlan.MAX_SECONDS);
  }

  /** A wave that opens by itself and is over when its last device is done. */
  public static WavePlan of(WaveSize size) {
    return new WavePlan(size, 0, false);
  }
}
