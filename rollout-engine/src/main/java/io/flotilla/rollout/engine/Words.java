package io.flotilla.rollout.engine;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.rollout.plan.FailureClass;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Takes note of what devices say, or do not say in time. */
final class Words {
  /** The first pause before a device is tried again; it doubles with each retry. */
  static final long FIRST_BACKOFF_MILLIS = TimeUnit.SECONDS.toMillis(30);

  /** The longest pause. */
  static final long MAX_BACKOFF_MILLIS = TimeUnit.HOURS.toMillis(1);

  private static final int MAX_NAMED = 3;
  private static final int MAX_DOUBLINGS = 10;

  private final Draft draft;

  Words(Draft draft) {
    this.draft = draft;
  }

  void committed(String device, long number) {
    Target target = draft.find(device).filter(t -> t.assignment() == number).orElse(null);
    if (target == null) {
      return;
    }
    if (target.state() == TargetState.ASSIGNED || target.timedOut()) {
      forget(target);
      draft.move(target, target.now(TargetState.SUCCEEDED));
      new Trip(draft).check();
    } else if (target.state() == TargetState.UNDOING) {
      draft.move(target, target.now(TargetState.UNDONE));
    }
  }

  void declined(RolloutInput.Declined declined) {
    Target target =
        draft.find(declined.device()).filter(t -> t.assignment() == declined.number()).orElse(null);
    if (target == null) {
      return;
    }
    if (target.state() == TargetState.ASSIGNED) {
      fail(target, declined.code());
      new Trip(draft).check();
    } else if (target.state() == TargetState.UNDOING) {
      draft.move(target, target.because(TargetState.UNDO_FAILED, declined.code()));
    } else if (target.timedOut()) {
      // It is known now why it did not commit; and its word cannot be a late commit any more.
      draft.move(target, target.because(TargetState.FAILED, declined.code()));
    }
  }

  void reissued(RolloutInput.Reissued reissued) {
    draft
        .find(reissued.device())
        .filter(
            t ->
                t.state() == TargetState.ASSIGNED
                    || t.state() == TargetState.UNDOING
                    || t.timedOut())
        .ifPresent(target -> draft.move(target, target.renumbered(reissued.number())));
  }

  void gone(RolloutInput.Gone gone) {
    draft
        .find(gone.device())
        .filter(target -> target.state() == TargetState.UNDOING || target.state().awaited())
        .ifPresent(target -> draft.move(target, target.because(TargetState.SKIPPED, gone.code())));
    new Trip(draft).check();
  }

  void passTime() {
    List<Target> late = draft.overdue(RolloutEngine.SLICE);
    late.forEach(target -> fail(target, ErrorCode.DEPLOYMENT_TIMED_OUT.name()));
    if (late.size() == RolloutEngine.SLICE) {
      draft.moreToDo();
    }
    new Trip(draft).check();
  }

  private void fail(Target target, String code) {
    FailureClass failure = FailureClass.of(code);
    int budget = draft.before.plan().tolerance().retries().getOrDefault(failure, 0);
    int tried = target.retries(failure);
    if (tried < budget && !draft.state.over()) {
      long backoffMs =
          Math.min(MAX_BACKOFF_MILLIS, FIRST_BACKOFF_MILLIS << Math.min(tried, MAX_DOUBLINGS));
      draft.move(target, target.retrying(failure, draft.now.wallMs() + backoffMs));
      return;
    }
    Target failed = target.because(TargetState.FAILED, code);
    draft.move(target, failed);
    remember(failed, code);
    if (draft.state.givesBack()) {
      new Undoing(draft).giveBackIfFailed(failed);
    }
  }

  private void remember(Target failed, String code) {
    if (draft.notes.failures().size() < MAX_NAMED) {
      List<String> named = new ArrayList<>(draft.notes.failures());
      named.add(failed.device() + " " + code);
      draft.notes = new Rollout.Notes(draft.notes.reason(), named, draft.notes.verdicts());
    }
  }

  private void forget(Target target) {
    List<String> named =
        draft.notes.failures().stream()
            .filter(failure -> !failure.startsWith(target.device() + " "))
            .toList();
    draft.notes = new Rollout.Notes(draft.notes.reason(), named, draft.notes.verdicts());
  }
}
