package io.flotilla.rollout.engine;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.rollout.plan.FailureClass;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * One device in a rollout.
 *
 * @param device its id
 * @param place where it is in the rollout
 * @param state where it stands
 * @param assignment number of its last assignment in this rollout; 0 until it has one
 * @param dueMs for {@code ASSIGNED} the steady time at which it has taken too long; for {@code
 *     WAITING} the Unix time at which its turn comes again; 0 otherwise
 * @param previous what it ran before this rollout's first assignment; empty if nothing, or before
 *     that
 * @param retries how often it was tried again, by class of failure
 * @param code why it failed or was passed by, the name of an {@link ErrorCode}; empty if it did not
 */
public record Target(
    String device,
    Place place,
    TargetState state,
    long assignment,
    long dueMs,
    Optional<VersionRef> previous,
    Map<FailureClass, Integer> retries,
    Optional<String> code) {
  /** Copies the retries. */
  public Target {
    EnumMap<FailureClass, Integer> copy = new EnumMap<>(FailureClass.class);
    copy.putAll(retries);
    retries = Collections.unmodifiableMap(copy);
  }

  /**
   * Where a device is in a rollout.
   *
   * @param position its turn, from 0
   * @param wave index of its wave, from 0
   * @param arm name of its arm
   */
  public record Place(int position, int wave, String arm) {}

  /** A device whose turn has not come. */
  public static Target pending(String device, Place place) {
    return new Target(
        device, place, TargetState.PENDING, 0, 0, Optional.empty(), Map.of(), Optional.empty());
  }

  Target assigned(long number, long deadlineMs, Optional<VersionRef> ranBefore) {
    return next(TargetState.ASSIGNED, number, deadlineMs, assignment == 0 ? ranBefore : previous);
  }

  Target waiting(long untilMs) {
    return next(TargetState.WAITING, assignment, untilMs, previous);
  }

  Target retrying(FailureClass failure, long untilMs) {
    EnumMap<FailureClass, Integer> more = new EnumMap<>(FailureClass.class);
    more.putAll(retries);
    more.merge(failure, 1, Integer::sum);
    Target waiting = waiting(untilMs);
    return new Target(
        device, place, waiting.state, assignment, untilMs, previous, more, Optional.empty());
  }

  Target undoing(long number) {
    return next(TargetState.UNDOING, number, 0, previous);
  }

  Target now(TargetState next) {
    return next(next, assignment, 0, previous);
  }

  Target because(TargetState next, String why) {
    Target after = now(next);
    return new Target(
        device, place, after.state, assignment, 0, previous, retries, Optional.of(why));
  }

  Target renumbered(long number) {
    return new Target(device, place, state, number, dueMs, previous, retries, code);
  }

  boolean timedOut() {
    return state == TargetState.FAILED
        && code.filter(ErrorCode.DEPLOYMENT_TIMED_OUT.name()::equals).isPresent();
  }

  int retries(FailureClass failure) {
    return retries.getOrDefault(failure, 0);
  }

  private Target next(
      TargetState next, long number, long newDueMs, Optional<VersionRef> newPrevious) {
    if (!state.next().contains(next)) {
      throw new IllegalStateException(device + " cannot go from " + state + " to " + next);
    }
    return new Target(
        device, place, next, number, newDueMs, newPrevious, retries, Optional.empty());
  }
}
