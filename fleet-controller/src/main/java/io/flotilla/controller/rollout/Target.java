package io.flotilla.controller.rollout;

import io.flotilla.bundle.failure.ErrorCode;
import java.util.Optional;

/**
 * One device in a rollout.
 *
 * @param device its id
 * @param wave index of its wave, from 0
 * @param state where it stands
 * @param assignment number of its assignment; 0 until it has one
 * @param deadlineMs Unix time in milliseconds at which it has taken too long; 0 unless {@code
 *     ASSIGNED}
 * @param code why it failed, the name of an {@link ErrorCode}; empty unless {@code FAILED}
 */
public record Target(
    String device,
    int wave,
    TargetState state,
    long assignment,
    long deadlineMs,
    Optional<String> code) {

  static Target pending(String device, int wave) {
    return new Target(device, wave, TargetState.PENDING, 0, 0, Optional.empty());
  }

  Target assigned(long number, long newDeadlineMs) {
    require(TargetState.ASSIGNED);
    return new Target(device, wave, TargetState.ASSIGNED, number, newDeadlineMs, Optional.empty());
  }

  Target succeeded() {
    require(TargetState.SUCCEEDED);
    return new Target(device, wave, TargetState.SUCCEEDED, assignment, 0, Optional.empty());
  }

  Target failed(String why) {
    require(TargetState.FAILED);
    return new Target(device, wave, TargetState.FAILED, assignment, 0, Optional.of(why));
  }

  Target withDeadline(long newDeadlineMs) {
    return new Target(device, wave, state, assignment, newDeadlineMs, code);
  }

  Target renumbered(long number) {
    return new Target(device, wave, state, number, deadlineMs, code);
  }

  /** Whether its last word is in, as far as its wave is concerned. */
  boolean done() {
    return state == TargetState.SUCCEEDED || state == TargetState.FAILED;
  }

  boolean timedOut() {
    return state == TargetState.FAILED
        && code.filter(ErrorCode.DEPLOYMENT_TIMED_OUT.name()::equals).isPresent();
  }

  private void require(TargetState next) {
    if (!state.next().contains(next)) {
      throw new IllegalStateException(device + " cannot go from " + state + " to " + next);
    }
  }
}
