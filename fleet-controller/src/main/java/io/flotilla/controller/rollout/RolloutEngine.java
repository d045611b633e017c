package io.flotilla.controller.rollout;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.rollout.RolloutAction.Announce;
import io.flotilla.controller.rollout.RolloutAction.Announce.Change;
import io.flotilla.controller.rollout.RolloutAction.Assign;
import io.flotilla.controller.rollout.RolloutAction.GiveBack;
import io.flotilla.protocol.message.VersionRef;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * Decides about rollouts. Pure: the same rollout, input and numbers give the same step; no clock,
 * thread, network or disk. See {@link RolloutState} and {@link TargetState} for the transitions.
 */
public final class RolloutEngine {
  private static final int MAX_NAMED_FAILURES = 3;

  private RolloutEngine() {}

  /**
   * The outcome of a decision.
   *
   * @param rollout the next state
   * @param actions what to do about it, in order
   */
  public record Step(Rollout rollout, List<RolloutAction> actions) {
    /** Copies the actions. */
    public Step {
      actions = List.copyOf(actions);
    }
  }

  /**
   * A new rollout over these devices, in the order of their ids, before its first wave.
   *
   * @throws FlotillaException {@code SELECTOR_EMPTY} without devices; {@code ROLLOUT_PLAN_INVALID}
   *     if the waves do not add up for this many
   */
  public static Rollout create(
      String id, VersionRef version, RolloutPlan plan, Collection<String> devices, long nowMs) {
    TreeSet<String> ordered = new TreeSet<>(devices);
    if (ordered.isEmpty()) {
      throw new FlotillaException(
          ErrorCode.SELECTOR_EMPTY,
          "the selector \"" + plan.selector() + "\" matches no enrolled device");
    }
    int[] reaches = plan.reaches(ordered.size());
    TreeMap<String, Target> targets = new TreeMap<>();
    int position = 0;
    int wave = 0;
    for (String device : ordered) {
      while (position >= reaches[wave]) {
        wave++;
      }
      targets.put(device, Target.pending(device, wave));
      position++;
    }
    return new Rollout(
        id, version, plan, RolloutState.RUNNING, 0, nowMs, Optional.empty(), targets);
  }

  /**
   * Decides about one input.
   *
   * @param nextNumber the number that a device's next assignment will have; asked at most once for
   *     each device
   * @throws FlotillaException {@code ROLLOUT_STATE} if an operator's action does not fit the state
   */
  public static Step apply(Rollout rollout, RolloutInput input, ToLongFunction<String> nextNumber) {
    Draft draft = new Draft(rollout, nextNumber);
    switch (input) {
      case RolloutInput.Start start -> {
        draft.announce(Change.CREATED);
        draft.advance(start.nowMs());
      }
      case RolloutInput.Committed committed -> draft.committed(committed);
      case RolloutInput.Declined declined -> {
        if (draft.awaits(declined.device(), declined.number())) {
          draft.fail(declined.device(), declined.code());
          draft.settle(declined.nowMs());
        }
      }
      case RolloutInput.Reissued reissued -> draft.reissued(reissued);
      case RolloutInput.Tick tick -> draft.tick(tick.nowMs());
      case RolloutInput.Recovered recovered -> draft.restartDeadlines(recovered.nowMs());
      case RolloutInput.Pause pause -> {
        draft.enter(RolloutState.PAUSED, "paused");
        draft.announce(Change.PAUSED);
      }
      case RolloutInput.Resume resume -> {
        draft.enter(RolloutState.RUNNING, "resumed");
        draft.announce(Change.RESUMED);
        draft.advance(resume.nowMs());
      }
      case RolloutInput.Abort abort -> {
        draft.enter(RolloutState.ABORTED, "aborted");
        draft.reason = Optional.of(abort.reason());
        draft.giveBackFailed();
        draft.announce(Change.ABORTED);
      }
    }
    return draft.step();
  }

  /** The next state in the making, confined to one call of {@link #apply}. */
  private static final class Draft {
    private final Rollout before;
    private final ToLongFunction<String> nextNumber;
    private final SortedMap<String, Target> targets;
    private final List<RolloutAction> actions = new ArrayList<>();
    private RolloutState state;
    private int openWaves;
    private Optional<String> reason;

    Draft(Rollout before, ToLongFunction<String> nextNumber) {
      this.before = before;
      this.nextNumber = nextNumber;
      this.targets = new TreeMap<>(before.targets());
      this.state = before.state();
      this.openWaves = before.openWaves();
      this.reason = before.reason();
    }

    Step step() {
      Rollout after =
          new Rollout(
              before.id(),
              before.version(),
              before.plan(),
              state,
              openWaves,
              before.createdAtMs(),
              reason,
              targets);
      return new Step(after, actions);
    }

    boolean awaits(String device, long number) {
      Target target = targets.get(device);
      return target != null
          && target.state() == TargetState.ASSIGNED
          && target.assignment() == number;
    }

    void committed(RolloutInput.Committed committed) {
      Target target = targets.get(committed.device());
      if (target == null || target.assignment() != committed.number()) {
        return;
      }
      if (target.state() == TargetState.ASSIGNED || target.timedOut()) {
        targets.put(target.device(), target.succeeded());
        settle(committed.nowMs());
      }
    }

    void reissued(RolloutInput.Reissued reissued) {
      Target target = targets.get(reissued.device());
      if (target != null && target.state() != TargetState.PENDING) {
        targets.put(target.device(), target.renumbered(reissued.number()));
      }
    }

    void tick(long nowMs) {
      List<Target> late =
          targets.values().stream()
              .filter(t -> t.state() == TargetState.ASSIGNED && t.deadlineMs() <= nowMs)
              .toList();
      late.forEach(target -> fail(target.device(), ErrorCode.DEPLOYMENT_TIMED_OUT.name()));
      settle(nowMs);
    }

    void restartDeadlines(long nowMs) {
      targets.replaceAll(
          (device, target) ->
              target.state() == TargetState.ASSIGNED
                  ? target.withDeadline(Math.max(target.deadlineMs(), deadline(nowMs)))
                  : target);
    }

    void fail(String device, String code) {
      Target failed = target(device).failed(code);
      targets.put(device, failed);
      if (state.givesBack()) {
        actions.add(new GiveBack(device, failed.assignment()));
      }
    }

    /** Halts if too many failed, else opens what may open. */
    void settle(long nowMs) {
      List<Target> failed =
          targets.values().stream().filter(t -> t.state() == TargetState.FAILED).toList();
      if (!state.terminal() && failed.size() > before.plan().maxFailures()) {
        state = RolloutState.HALTED;
        reason = Optional.of(halted(failed));
        giveBackFailed();
        announce(Change.HALTED);
      }
      advance(nowMs);
    }

    void advance(long nowMs) {
      int waves = before.plan().waves().size();
      while (state == RolloutState.RUNNING && openDone()) {
        if (openWaves == waves) {
          state = RolloutState.COMPLETED;
          announce(Change.COMPLETED);
        } else {
          openWave(nowMs);
        }
      }
    }

    void enter(RolloutState next, String action) {
      if (!state.next().contains(next)) {
        throw new FlotillaException(
            ErrorCode.ROLLOUT_STATE,
            "rollout %s is %s and cannot be %s".formatted(before.id(), state, action));
      }
      state = next;
    }

    void giveBackFailed() {
      for (Target target : targets.values()) {
        if (target.state() == TargetState.FAILED) {
          actions.add(new GiveBack(target.device(), target.assignment()));
        }
      }
    }

    void announce(Change change) {
      actions.add(new Announce(change, Math.max(0, openWaves - 1)));
    }

    private boolean openDone() {
      return targets.values().stream().allMatch(t -> t.wave() >= openWaves || t.done());
    }

    private void openWave(long nowMs) {
      int wave = openWaves++;
      for (Target target : List.copyOf(targets.values())) {
        if (target.wave() == wave) {
          long number = nextNumber.applyAsLong(target.device());
          targets.put(target.device(), target.assigned(number, deadline(nowMs)));
          actions.add(new Assign(target.device(), number));
        }
      }
      announce(Change.WAVE_OPENED);
    }

    private long deadline(long nowMs) {
      return nowMs + TimeUnit.SECONDS.toMillis(before.plan().deploymentTimeoutSeconds());
    }

    private Target target(String device) {
      Target target = targets.get(device);
      if (target == null) {
        throw new IllegalStateException(device + " is not in rollout " + before.id());
      }
      return target;
    }

    private String halted(List<Target> failed) {
      String named =
          failed.stream()
              .limit(MAX_NAMED_FAILURES)
              .map(t -> t.device() + " " + t.code().orElse(ErrorCode.INTERNAL.name()))
              .collect(Collectors.joining(", "));
      return "%d failed and %d may: %s%s"
          .formatted(
              failed.size(),
              before.plan().maxFailures(),
              named,
              failed.size() > MAX_NAMED_FAILURES ? ", …" : "");
    }
  }
}
