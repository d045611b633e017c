package io.flotilla.rollout.plan;

/**
 * Which devices a rollout is for.
 *
 * @param selector as written by the operator, or how many devices were named
 * @param skipUnfit whether devices that cannot run their version are passed by, instead of stopping
 *     the rollout before it begins
 * @param lateJoiners whether devices that match later are taken in, at the pace of the others
 * @param priority 0 to {@value #MAX_PRIORITY}; a higher one takes devices over that a lower one has
 *     not assigned yet
 */
public record Audience(String selector, boolean skipUnfit, boolean lateJoiners, int priority) {
  /** The highest priority. */
  public static final int MAX_PRIORITY = 100;

  /**
   * Checks the priority.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code ROLLOUT_PLAN_INVALID}
   */
  public Audience {
    PlanInvalid.range("priority", priority, 0, MAX_PRIORITY);
  }

  /** The devices that a selector matches now. */
  public static Audience of(String selector) {
    return new Audience(selector, false, false, 0);
  }
}
