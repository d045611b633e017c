package io.flotilla.rollout.engine;

import io.flotilla.rollout.engine.RolloutAction.Change;
import io.flotilla.rollout.gate.Verdict;
import io.flotilla.rollout.plan.Arm;
import io.flotilla.rollout.plan.GatePlan;
import io.flotilla.rollout.plan.Pace;
import io.flotilla.rollout.window.Window;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** Opens waves and gives devices their turn, as pace, windows, soak, gates and approval allow. */
final class Advance {
  /** Windows are looked at again at least this often, in case that the clock was set. */
  static final long MAX_WAIT_MILLIS = 3_600_000;

  private final Draft draft;
  private int looked;

  Advance(Draft draft) {
    this.draft = draft;
  }

  void go() {
    if (draft.state == RolloutState.SCHEDULED) {
      start();
    }
    while (draft.state == RolloutState.RUNNING) {
      if (draft.openWaves > 0) {
        fill();
        if (!draft.openWavesDone() || !cleared(draft.openWaves - 1)) {
          return;
        }
      }
      if (draft.openWaves == draft.waves().size()) {
        finish();
      } else if (draft.wave(draft.openWaves).approved()) {
        draft.openWave();
      } else {
        draft.enter(RolloutState.AWAITING_APPROVAL);
        draft.announce(Change.APPROVAL_WANTED);
      }
    }
    if (draft.state == RolloutState.FOLLOWING) {
      fill();
    }
  }

  private void start() {
    OptionalLong startAtMs = draft.before.plan().schedule().startAtMs();
    if (startAtMs.isPresent() && draft.now.wallMs() < startAtMs.getAsLong()) {
      return;
    }
    draft.enter(RolloutState.RUNNING);
    draft.startedAtMs = OptionalLong.of(draft.now.steadyMs());
    draft.announce(Change.STARTED);
  }

  private void finish() {
    boolean follows = draft.before.plan().audience().lateJoiners();
    draft.enter(follows ? RolloutState.FOLLOWING : RolloutState.COMPLETED);
    draft.announce(follows ? Change.FOLLOWING : Change.COMPLETED);
  }

  /** Whether a wave whose devices are done may be left. */
  private boolean cleared(int index) {
    if (draft.wave(index).doneAtMs().isEmpty()) {
      draft.wave(index, wave -> wave.done(OptionalLong.of(draft.now.steadyMs())));
    }
    long soakMs = TimeUnit.SECONDS.toMillis(draft.before.plan().waves().get(index).soakSeconds());
    long doneAtMs = draft.wave(index).doneAtMs().orElseThrow();
    return draft.now.steadyMs() - doneAtMs >= soakMs && gatesAllow(index);
  }

  private boolean gatesAllow(int index) {
    List<Arm> arms = draft.before.plan().cargo().arms();
    return draft.before.plan().gates().gates().stream()
        .allMatch(
            gate ->
                arms.stream()
                    .filter(arm -> judged(gate, arm))
                    .allMatch(arm -> allows(gate, arm, index)));
  }

  /** Whether a gate can have something to say of an arm: devices have it, or could not take it. */
  private boolean judged(GatePlan gate, Arm arm) {
    boolean present =
        draft.waves().subList(0, draft.openWaves).stream()
            .map(wave -> wave.arms().getOrDefault(arm.name(), Tally.EMPTY))
            .anyMatch(
                tally ->
                    tally.of(TargetState.SUCCEEDED) > 0
                        || (gate.metric() == GatePlan.Metric.SUCCESS
                            && tally.of(TargetState.FAILED) > 0));
    return present && !arm.control();
  }

  private boolean allows(GatePlan gate, Arm arm, int index) {
    Rollout.Standing standing =
        draft.notes.verdicts().get(Rollout.verdictKey(gate.name(), arm.name()));
    if (standing == null) {
      return false;
    }
    return standing.waived()
        || (standing.wave() == index
            && (standing.outcome() == Verdict.Outcome.PASS
                || (standing.outcome() == Verdict.Outcome.CONTINUE && standing.enough())));
  }

  /** Gives devices of open waves their turn: those that waited first. */
  void fill() {
    draft
        .before
        .plan()
        .pace()
        .rate()
        .ifPresent(
            rate ->
                draft.bucket =
                    draft.bucket.filled(
                        rate, draft.of(TargetState.SUCCEEDED), draft.now.steadyMs()));
    for (Target target : draft.ready(RolloutEngine.SLICE)) {
      if (!mayLook()) {
        return;
      }
      turn(target);
    }
    while (draft.next < draft.reach() && mayLook()) {
      Target target = draft.at(draft.next);
      draft.next++;
      turn(target);
    }
  }

  private boolean mayLook() {
    Pace pace = draft.before.plan().pace();
    boolean allowed =
        draft.of(TargetState.ASSIGNED) < pace.maxInFlight()
            && (pace.rate().isEmpty() || draft.bucket.hasOne());
    if (allowed && looked >= RolloutEngine.SLICE) {
      draft.moreToDo();
      return false;
    }
    looked++;
    return allowed;
  }

  private void turn(Target target) {
    Optional<String> barred = draft.devices.barred(target.device());
    if (barred.isPresent()) {
      draft.move(target, target.because(TargetState.SKIPPED, barred.get()));
      return;
    }
    Optional<Window> window = draft.before.plan().schedule().window();
    if (window.isPresent()) {
      ZoneId zone = draft.devices.zone(target.device());
      long nowMs = draft.now.wallMs();
      if (!window.get().open(nowMs, zone)) {
        long latestMs = nowMs + MAX_WAIT_MILLIS;
        long opensAtMs = window.get().opensAt(nowMs, zone).orElse(latestMs);
        draft.move(target, target.waiting(Math.min(opensAtMs, latestMs)));
        return;
      }
    }
    assign(target);
  }

  private void assign(Target target) {
    Arm arm = draft.before.plan().cargo().arm(target.place().arm());
    long number = draft.devices.nextNumber(target.device());
    long deadlineMs =
        draft.now.steadyMs()
            + TimeUnit.SECONDS.toMillis(draft.before.plan().tolerance().deploymentTimeoutSeconds());
    Target assigned = target.assigned(number, deadlineMs, draft.devices.previous(target.device()));
    draft.move(target, assigned);
    if (draft.before.plan().pace().rate().isPresent()) {
      draft.bucket = draft.bucket.without(draft.now.steadyMs());
    }
    draft.act(
        new RolloutAction.Assign(target.device(), number, arm.version(), assigned.previous()));
  }
}
