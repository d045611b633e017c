package io.flotilla.rollout.engine;

import io.flotilla.rollout.engine.RolloutAction.Change;
import io.flotilla.rollout.gate.Verdict;
import io.flotilla.rollout.plan.GatePlan;
import io.flotilla.rollout.plan.Tolerance;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Stops a rollout when more goes wrong than its plan puts up with. */
final class Trip {
  private final Draft draft;

  Trip(Draft draft) {
    this.draft = draft;
  }

  /** Looks at the failures and at the total timeout. */
  void check() {
    if (draft.state.over() || draft.state == RolloutState.PAUSED) {
      return;
    }
    int failed = draft.of(TargetState.FAILED) - draft.forgiven;
    Tolerance tolerance = draft.before.plan().tolerance();
    int done = failed + draft.of(TargetState.SUCCEEDED);
    if (tolerance.maxFailures().isPresent() && failed > tolerance.maxFailures().getAsInt()) {
      trip(
          "%d failed and %d may: %s"
              .formatted(failed, tolerance.maxFailures().getAsInt(), named(failed)));
    } else if (tolerance.rate().filter(rate -> rate.exceeded(failed, done)).isPresent()) {
      trip(
          "%d of %d failed and %s of them may: %s"
              .formatted(failed, done, tolerance.rate().get().above(), named(failed)));
    } else if (timedOut()) {
      late();
    }
  }

  private boolean timedOut() {
    var most = draft.before.plan().schedule().totalTimeoutSeconds();
    return most.isPresent()
        && draft.startedAtMs.isPresent()
        && draft.now.steadyMs() - draft.startedAtMs.getAsLong()
            >= TimeUnit.SECONDS.toMillis(most.getAsInt());
  }

  private void late() {
    if (draft.state == RolloutState.FOLLOWING) {
      draft.enter(RolloutState.COMPLETED);
      draft.announce(Change.COMPLETED);
    } else {
      halt("not done within the total timeout");
    }
  }

  private String named(int failed) {
    String names = String.join(", ", draft.notes.failures());
    return failed > draft.notes.failures().size() ? names + ", …" : names;
  }

  /** Takes note of what a gate says. */
  void heed(Verdict verdict) {
    if (draft.before.plan().gates().gates().stream()
        .map(GatePlan::name)
        .noneMatch(verdict.gate()::equals)) {
      return;
    }
    String key = Rollout.verdictKey(verdict.gate(), verdict.arm());
    Rollout.Standing before = draft.notes.verdicts().get(key);
    boolean waived = before != null && before.waived();
    Rollout.Standing standing =
        new Rollout.Standing(verdict.outcome(), verdict.wave(), verdict.enough(), waived);
    if (standing.equals(before)) {
      return;
    }
    Map<String, Rollout.Standing> verdicts = new TreeMap<>(draft.notes.verdicts());
    verdicts.put(key, standing);
    draft.notes = new Rollout.Notes(draft.notes.reason(), draft.notes.failures(), verdicts);
    draft.act(new RolloutAction.Keep(verdict));
    if (verdict.outcome() == Verdict.Outcome.STOP && !waived) {
      draft.announce(Change.GATE_FAILED);
      trip("gate %s of arm %s: %s".formatted(verdict.gate(), verdict.arm(), verdict.message()));
    }
  }

  /** Does what the plan says for when too much goes wrong. */
  private void trip(String reason) {
    switch (draft.before.plan().tolerance().onFailure()) {
      case HALT -> halt(reason);
      case PAUSE -> {
        draft.because(Optional.of(reason));
        if (draft.state != RolloutState.PAUSED) {
          draft.enter(RolloutState.PAUSED);
          draft.announce(Change.PAUSED);
        }
      }
      case UNDO -> {
        draft.enter(RolloutState.UNDOING);
        undo(reason);
      }
    }
  }

  private void halt(String reason) {
    draft.enter(RolloutState.HALTED);
    draft.because(Optional.of(reason));
    new Undoing(draft).begin(Rollout.Sweep.Scope.FAILED);
    draft.announce(Change.HALTED);
  }

  void undo(String reason) {
    draft.because(Optional.of(reason));
    new Undoing(draft).begin(Rollout.Sweep.Scope.ALL);
    draft.announce(Change.UNDOING);
  }
}
