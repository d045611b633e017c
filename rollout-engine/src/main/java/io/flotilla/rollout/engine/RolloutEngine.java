package io.flotilla.rollout.engine;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.rollout.engine.RolloutAction.Change;
import io.flotilla.rollout.gate.Verdict;
import io.flotilla.rollout.plan.Arm;
import io.flotilla.rollout.plan.Placement;
import io.flotilla.rollout.plan.RolloutPlan;
import io.flotilla.rollout.window.Window;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Decides about rollouts. Pure: the same rollout, input, moment and answers give the same step; no
 * clock, thread, network or disk. See {@link RolloutState} and {@link TargetState} for the
 * transitions.
 */
public final class RolloutEngine {
  /** Most devices that one decision looks at. */
  public static final int SLICE = 500;

  private RolloutEngine() {}

  /**
   * The outcome of a decision, to be stored whole or not at all.
   *
   * @param rollout the next state
   * @param changed devices in their next form; others stay as they are
   * @param actions what to do about it, in order
   * @param more whether {@link RolloutInput.Tick} at the same moment would do more
   */
  public record Step(
      Rollout rollout, List<Target> changed, List<RolloutAction> actions, boolean more) {
    /** Copies the lists. */
    public Step {
      changed = List.copyOf(changed);
      actions = List.copyOf(actions);
    }
  }

  /**
   * A new rollout over these devices, before it starts: apply {@link RolloutInput.Start} next.
   *
   * @throws FlotillaException {@code ROLLOUT_PLAN_INVALID} if its window does not open before its
   *     total timeout
   */
  public static Rollout create(
      String id, RolloutPlan plan, Rollout.Origin origin, Placement placement) {
    requireOpeningWindow(plan, origin.createdAtMs());
    List<Wave> waves = new ArrayList<>();
    int from = 0;
    for (int index = 0; index < placement.reaches().size(); index++) {
      int reach = placement.reaches().get(index);
      Map<String, Tally> arms = new TreeMap<>();
      for (String device : placement.order().subList(from, reach)) {
        Arm arm = plan.cargo().of(id, device);
        arms.merge(arm.name(), Tally.EMPTY.plus(TargetState.PENDING, 1), Tally::plus);
      }
      boolean approved = !plan.waves().get(index).approval();
      waves.add(new Wave(reach, arms, approved, OptionalLong.empty()));
      from = reach;
    }
    RolloutState state =
        plan.schedule().approval() ? RolloutState.AWAITING_APPROVAL : RolloutState.SCHEDULED;
    Rollout.Progress progress =
        new Rollout.Progress(0, 0, Bucket.NEW, OptionalLong.empty(), 0, Optional.empty());
    return new Rollout(id, plan, state, origin, waves, progress, Rollout.Notes.NONE);
  }

  private static void requireOpeningWindow(RolloutPlan plan, long nowMs) {
    if (plan.schedule().window().isEmpty() || plan.schedule().totalTimeoutSeconds().isEmpty()) {
      return;
    }
    Window window = plan.schedule().window().get();
    long startMs = Math.max(nowMs, plan.schedule().startAtMs().orElse(nowMs));
    long endMs =
        startMs + TimeUnit.SECONDS.toMillis(plan.schedule().totalTimeoutSeconds().getAsInt());
    if (!window.zone().equals(Window.DEVICE_ZONE)
        && window.opensAt(startMs, ZoneOffset.UTC).orElse(Long.MAX_VALUE) >= endMs) {
      throw new FlotillaException(
          ErrorCode.ROLLOUT_PLAN_INVALID,
          "the window never opens before the total timeout: raise totalTimeoutSeconds");
    }
  }

  /**
   * Decides about one input.
   *
   * @throws FlotillaException {@code ROLLOUT_STATE} if an operator's action does not fit the state;
   *     {@code FORBIDDEN} if the creator of a rollout approves it
   */
  public static Step apply(
      Rollout rollout, RolloutInput input, Moment now, Targets targets, Devices devices) {
    Draft draft = new Draft(rollout, now, targets, devices);
    switch (input) {
      case RolloutInput.Start start -> start(draft);
      case RolloutInput.Tick tick -> new Words(draft).passTime();
      case RolloutInput.Committed committed ->
          new Words(draft).committed(committed.device(), committed.number());
      case RolloutInput.Declined declined -> new Words(draft).declined(declined);
      case RolloutInput.Reissued reissued -> new Words(draft).reissued(reissued);
      case RolloutInput.Joined joined -> joined(draft, joined.device());
      case RolloutInput.Gone gone -> new Words(draft).gone(gone);
      case RolloutInput.Judged judged -> judged(draft, judged.verdicts());
      case RolloutInput.Approve approve -> approve(draft, approve.by());
      case RolloutInput.Pause pause -> {
        draft.enterIfAllowed(RolloutState.PAUSED, "paused");
        draft.because(Optional.of(pause.reason()));
        draft.announce(Change.PAUSED);
      }
      case RolloutInput.Resume resume -> resume(draft);
      case RolloutInput.Abort abort -> {
        draft.enterIfAllowed(RolloutState.ABORTED, "aborted");
        draft.because(Optional.of(abort.reason()));
        new Undoing(draft).begin(Rollout.Sweep.Scope.FAILED);
        draft.announce(Change.ABORTED);
      }
      case RolloutInput.Undo undo -> {
        draft.enterIfAllowed(RolloutState.UNDOING, "undone");
        new Trip(draft).undo(undo.reason());
      }
    }
    new Advance(draft).go();
    new Undoing(draft).go();
    return draft.step();
  }

  private static void start(Draft draft) {
    draft.announce(Change.CREATED);
    if (draft.state == RolloutState.AWAITING_APPROVAL) {
      draft.announce(Change.APPROVAL_WANTED);
    }
  }

  private static void joined(Draft draft, String device) {
    boolean takes = draft.before.plan().audience().lateJoiners() && !draft.state.over();
    if (takes && draft.find(device).isEmpty()) {
      draft.add(device);
    }
  }

  private static void approve(Draft draft, String by) {
    if (draft.state != RolloutState.AWAITING_APPROVAL) {
      throw Draft.refused(
          "rollout %s is %s and waits for no approval".formatted(draft.before.id(), draft.state));
    }
    if (by.equals(draft.before.origin().createdBy())) {
      throw new FlotillaException(
          ErrorCode.FORBIDDEN,
          "rollout %s was created by %s: another person has to approve it"
              .formatted(draft.before.id(), by));
    }
    boolean started = draft.startedAtMs.isPresent();
    if (started) {
      draft.wave(draft.openWaves, Wave::approvedNow);
    }
    draft.enter(started ? RolloutState.RUNNING : RolloutState.SCHEDULED);
    draft.announce(Change.APPROVED);
  }

  private static void resume(Draft draft) {
    if (draft.state != RolloutState.PAUSED) {
      throw Draft.refused(
          "rollout %s is %s and cannot be resumed".formatted(draft.before.id(), draft.state));
    }
    draft.enter(RolloutState.RUNNING);
    draft.because(Optional.empty());
    draft.forgiven = draft.of(TargetState.FAILED);
    Map<String, Rollout.Standing> waived = new TreeMap<>(draft.notes.verdicts());
    waived.replaceAll(
        (key, said) ->
            said.outcome() == Verdict.Outcome.STOP
                ? new Rollout.Standing(said.outcome(), said.wave(), said.enough(), true)
                : said);
    draft.notes = new Rollout.Notes(draft.notes.reason(), draft.notes.failures(), waived);
    draft.announce(Change.RESUMED);
  }

  private static void judged(Draft draft, List<Verdict> verdicts) {
    Trip trip = new Trip(draft);
    for (Verdict verdict : verdicts) {
      if (draft.state.over()) {
        return;
      }
      trip.heed(verdict);
    }
  }
}
