package io.flotilla.rollout.plan;

import java.util.List;

/**
 * How a rollout proceeds, fixed when it is created.
 *
 * @param cargo what it brings
 * @param audience to whom
 * @param waves 1 to {@value #MAX_WAVES}
 * @param pace how fast
 * @param schedule when
 * @param tolerance what it puts up with
 * @param gates what must not get worse
 */
public record RolloutPlan(
    Cargo cargo,
    Audience audience,
    List<WavePlan> waves,
    Pace pace,
    Schedule schedule,
    Tolerance tolerance,
    Gates gates) {
  /** Most waves of a rollout. */
  public static final int MAX_WAVES = 100;

  /** Longest deployment timeout and soak, in seconds: seven days. */
  public static final int MAX_SECONDS = 7 * 24 * 3600;

  /**
   * Checks that the parts go together.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code ROLLOUT_PLAN_INVALID}
   */
  public RolloutPlan {
    waves = List.copyOf(waves);
    PlanInvalid.range("the number of waves", waves.size(), 1, MAX_WAVES);
    boolean compares =
        gates.gates().stream().anyMatch(gate -> gate.against() == GatePlan.Against.CONTROL);
    if (compares && cargo.control().isEmpty()) {
      throw PlanInvalid.because(
          "a gate compares with the control and no arm is one: add \"control\": true to an arm");
    }
  }

  /** A plan without pace, schedule or gates. */
  public static RolloutPlan simple(
      Cargo cargo, String selector, List<WavePlan> waves, Tolerance tolerance) {
    return new RolloutPlan(
        cargo, Audience.of(selector), waves, Pace.UNLIMITED, Schedule.NOW, tolerance, Gates.NONE);
  }
}
