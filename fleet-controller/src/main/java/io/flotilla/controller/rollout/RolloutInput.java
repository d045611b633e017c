package io.flotilla.controller.rollout;

/** What can happen to a rollout. Times are Unix times in milliseconds. */
public sealed interface RolloutInput {
  /** Opens the first wave. */
  record Start(long nowMs) implements RolloutInput {}

  /**
   * A device committed the version.
   *
   * @param number the assignment that it carried out
   */
  record Committed(String device, long number, long nowMs) implements RolloutInput {}

  /**
   * A device refused the version or returned to the one before.
   *
   * @param number the assignment that it did not carry out
   * @param code why, the name of an {@link io.flotilla.bundle.failure.ErrorCode}
   */
  record Declined(String device, long number, String code, long nowMs) implements RolloutInput {}

  /** A device's expired assignment was issued again under the next number. */
  record Reissued(String device, long number) implements RolloutInput {}

  /** Time passed: deployments past their deadline have failed. */
  record Tick(long nowMs) implements RolloutInput {}

  /** The controller was away and could not listen: deadlines begin anew. */
  record Recovered(long nowMs) implements RolloutInput {}

  /** An operator pauses it. */
  record Pause() implements RolloutInput {}

  /** An operator resumes it. */
  record Resume(long nowMs) implements RolloutInput {}

  /** An operator ends it. */
  record Abort(String reason) implements RolloutInput {}
}
