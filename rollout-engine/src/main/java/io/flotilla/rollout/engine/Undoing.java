package io.flotilla.rollout.engine;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.rollout.engine.Rollout.Sweep;
import io.flotilla.rollout.engine.RolloutAction.Change;
import java.util.Optional;

/** Has devices return to what they ran before, from the last position to the first. */
final class Undoing {
  private final Draft draft;

  Undoing(Draft draft) {
    this.draft = draft;
  }

  /** The devices of this scope are to return. */
  void begin(Sweep.Scope scope) {
    draft.sweep = Optional.of(new Sweep(scope, draft.next - 1));
    if (scope == Sweep.Scope.ALL) {
      draft.bucket = Bucket.NEW;
    }
  }

  /** Goes on as far as one decision may, and the pace allows. */
  void go() {
    if (draft.sweep.isPresent()) {
      sweep(draft.sweep.get());
    }
    if (draft.state == RolloutState.UNDOING
        && draft.sweep.map(Sweep::position).orElse(-1) < 0
        && draft.of(TargetState.UNDOING) == 0) {
      draft.enter(RolloutState.UNDONE);
      draft.announce(Change.UNDONE);
    }
  }

  private void sweep(Sweep sweep) {
    int position = sweep.position();
    int looked = 0;
    fillBucket(sweep);
    while (position >= 0 && looked < RolloutEngine.SLICE) {
      Target target = draft.at(position);
      if (sweep.scope() == Sweep.Scope.FAILED) {
        giveBackIfFailed(target);
      } else if (paced(target) && !draft.bucket.hasOne()) {
        break;
      } else {
        undo(target);
      }
      position--;
      looked++;
    }
    draft.sweep = Optional.of(new Sweep(sweep.scope(), position));
    if (position >= 0 && looked == RolloutEngine.SLICE) {
      draft.moreToDo();
    }
  }

  private void fillBucket(Sweep sweep) {
    if (sweep.scope() == Sweep.Scope.ALL) {
      draft
          .before
          .plan()
          .pace()
          .rate()
          .ifPresent(
              rate ->
                  draft.bucket =
                      draft.bucket.filled(
                          rate, draft.of(TargetState.UNDONE), draft.now.steadyMs()));
    }
  }

  void giveBackIfFailed(Target target) {
    if (target.state() == TargetState.FAILED
        && draft.devices.holds(target.device(), target.assignment())) {
      draft.act(new RolloutAction.GiveBack(target.device(), target.assignment()));
    }
  }

  private boolean paced(Target target) {
    return draft.before.plan().pace().rate().isPresent() && concerned(target);
  }

  /** Whether it was assigned by this rollout, and still has its last word from it. */
  private static boolean concerned(Target target) {
    return target.assignment() > 0
        && switch (target.state()) {
          case ASSIGNED, SUCCEEDED, FAILED, WAITING -> true;
          case PENDING, SKIPPED, UNDOING, UNDONE, UNDO_FAILED -> false;
        };
  }

  private void undo(Target target) {
    if (!concerned(target)) {
      return;
    }
    if (!draft.devices.holds(target.device(), target.assignment())) {
      TargetState after =
          target.state() == TargetState.FAILED ? TargetState.UNDONE : TargetState.SKIPPED;
      draft.move(target, target.because(after, ErrorCode.CONFLICT.name()));
      return;
    }
    Optional<VersionRef> previous = target.previous();
    if (previous.filter(version -> !draft.devices.available(version)).isPresent()) {
      draft.move(
          target, target.because(TargetState.UNDO_FAILED, ErrorCode.VERSION_NOT_FOUND.name()));
      return;
    }
    if (paced(target)) {
      draft.bucket = draft.bucket.without(draft.now.steadyMs());
    }
    draft.act(new RolloutAction.GiveBack(target.device(), target.assignment()));
    draft.move(
        target,
        previous.isPresent()
            ? target.undoing(draft.devices.nextNumber(target.device()))
            : target.now(TargetState.UNDONE));
  }
}
