package io.flotilla.rollout.engine;

import io.flotilla.rollout.gate.Verdict;
import java.util.List;

/** What can happen to a rollout. */
public sealed interface RolloutInput {
  /** It was created. */
  record Start() implements RolloutInput {}

  /** Time passed. */
  record Tick() implements RolloutInput {}

  /**
   * A device carried an assignment out.
   *
   * @param number the assignment's
   */
  record Committed(String device, long number) implements RolloutInput {}

  /**
   * A device refused an assignment, or returned to the version before.
   *
   * @param number the assignment's
   * @param code why, the name of an {@link io.flotilla.bundle.failure.ErrorCode}
   */
  record Declined(String device, long number, String code) implements RolloutInput {}

  /** A device's expired assignment was issued again under the next number. */
  record Reissued(String device, long number) implements RolloutInput {}

  /** A device that matches came late. Nothing happens unless the plan takes those in. */
  record Joined(String device) implements RolloutInput {}

  /**
   * A device is revoked or gone for good.
   *
   * @param code why, the name of an {@link io.flotilla.bundle.failure.ErrorCode}
   */
  record Gone(String device, String code) implements RolloutInput {}

  /** Gates were looked at. */
  record Judged(List<Verdict> verdicts) implements RolloutInput {
    /** Copies the list. */
    public Judged {
      verdicts = List.copyOf(verdicts);
    }
  }

  /** An operator approves the rollout, or its next wave. */
  record Approve(String by) implements RolloutInput {}

  /** An operator pauses it. */
  record Pause(String reason) implements RolloutInput {}

  /** An operator resumes it, with the failures and verdicts there are. */
  record Resume() implements RolloutInput {}

  /** An operator ends it. */
  record Abort(String reason) implements RolloutInput {}

  /** An operator has every device return to what it ran before. */
  record Undo(String reason) implements RolloutInput {}
}
