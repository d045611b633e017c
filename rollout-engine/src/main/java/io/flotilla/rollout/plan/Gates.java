package io.flotilla.rollout.plan;

import java.util.List;

/**
 * The gates of every wave.
 *
 * @param gates at most {@value #MAX_GATES}; none for none
 * @param falseStopRate probability, over all gates, arms and waves together, of stopping a rollout
 *     with which nothing is wrong; above 0 to 0.5
 */
public record Gates(List<GatePlan> gates, double falseStopRate) {
  /** Most gates of a rollout. */
  public static final int MAX_GATES = 16;

  /** The rate of a plan that names none. */
  public static final double DEFAULT_RATE = 0.05;

  /** No gates. */
  public static final Gates NONE = new Gates(List.of(), DEFAULT_RATE);

  private static final double MAX_RATE = 0.5;

  /**
   * Checks the rate, and that no gate is there twice.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code ROLLOUT_PLAN_INVALID}
   */
  public Gates {
    gates = List.copyOf(gates);
    PlanInvalid.range("the number of gates", gates.size(), 0, MAX_GATES);
    if (!(falseStopRate > 0 && falseStopRate <= MAX_RATE)) {
      throw PlanInvalid.because("falseStopRate is above 0 to 0.5, not %s".formatted(falseStopRate));
    }
    if (gates.stream().map(GatePlan::name).distinct().count() < gates.size()) {
      throw PlanInvalid.because("two gates watch the same");
    }
  }
}
