package io.flotilla.rollout.engine;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.rollout.engine.RolloutAction.Announce;
import io.flotilla.rollout.engine.RolloutAction.Change;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/** The next state in the making, confined to one decision. */
final class Draft {
  final Rollout before;
  final Moment now;
  final Devices devices;
  private final Targets targets;

  private final Map<String, Target> changed = new LinkedHashMap<>();
  private final Map<Integer, Target> added = new LinkedHashMap<>();
  private final List<RolloutAction> actions = new ArrayList<>();
  private final List<Wave> waves;
  private Tally tally;
  private int awaitedInOpen;
  RolloutState state;
  int openWaves;
  int next;
  Bucket bucket;
  OptionalLong startedAtMs;
  int forgiven;
  Optional<Rollout.Sweep> sweep;
  Rollout.Notes notes;
  private boolean more;

  Draft(Rollout before, Moment now, Targets targets, Devices devices) {
    this.before = before;
    this.now = now;
    this.targets = targets;
    this.devices = devices;
    this.waves = new ArrayList<>(before.waves());
    this.tally = before.tally();
    this.state = before.state();
    this.notes = before.notes();
    Rollout.Progress progress = before.progress();
    this.openWaves = progress.openWaves();
    this.next = progress.next();
    this.bucket = progress.bucket();
    this.startedAtMs = progress.startedAtMs();
    this.forgiven = progress.forgiven();
    this.sweep = progress.sweep();
    this.awaitedInOpen =
        waves.subList(0, openWaves).stream().mapToInt(wave -> wave.tally().awaited()).sum();
  }

  RolloutEngine.Step step() {
    Rollout after =
        new Rollout(
            before.id(),
            before.plan(),
            state,
            before.origin(),
            waves,
            new Rollout.Progress(openWaves, next, bucket, startedAtMs, forgiven, sweep),
            notes);
    return new RolloutEngine.Step(after, List.copyOf(changed.values()), actions, more);
  }

  /** There is more to do at once, in a decision of its own. */
  void moreToDo() {
    more = true;
  }

  Optional<Target> find(String device) {
    Target drafted = changed.get(device);
    return drafted != null ? Optional.of(drafted) : targets.find(device);
  }

  Target at(int position) {
    Target newcomer = added.get(position);
    if (newcomer != null) {
      return changed.getOrDefault(newcomer.device(), newcomer);
    }
    Target stored = targets.at(position);
    return changed.getOrDefault(stored.device(), stored);
  }

  List<Target> overdue(int limit) {
    return targets.overdue(now.steadyMs(), limit);
  }

  List<Target> ready(int limit) {
    return targets.ready(now.wallMs(), limit).stream()
        .map(target -> changed.getOrDefault(target.device(), target))
        .filter(target -> target.state() == TargetState.WAITING && target.dueMs() <= now.wallMs())
        .toList();
  }

  /** Puts the next form of a device in place of the one before. */
  void move(Target from, Target to) {
    if (from.state() != to.state()) {
      count(from, -1);
      count(to, 1);
    }
    changed.put(to.device(), to);
  }

  /** Takes in a device that was not part of it, as the last of the last wave. */
  void add(String device) {
    int position = waves.getLast().reach();
    waves.set(waves.size() - 1, waves.getLast().reaching(position + 1).done(OptionalLong.empty()));
    Target target =
        Target.pending(
            device,
            new Target.Place(
                position, waves.size() - 1, before.plan().cargo().of(before.id(), device).name()));
    count(target, 1);
    changed.put(device, target);
    added.put(position, target);
  }

  private void count(Target target, int sign) {
    int wave = target.place().wave();
    tally = tally.plus(target.state(), sign);
    waves.set(wave, waves.get(wave).plus(target.place().arm(), target.state(), sign));
    if (wave < openWaves && target.state().awaited()) {
      awaitedInOpen += sign;
    }
  }

  int of(TargetState wanted) {
    return tally.of(wanted);
  }

  Tally tally() {
    return tally;
  }

  List<Wave> waves() {
    return waves;
  }

  Wave wave(int index) {
    return waves.get(index);
  }

  void wave(int index, UnaryOperator<Wave> change) {
    waves.set(index, change.apply(waves.get(index)));
  }

  /** Whether nobody in an open wave is waited for. */
  boolean openWavesDone() {
    return awaitedInOpen == 0;
  }

  void openWave() {
    awaitedInOpen += waves.get(openWaves).tally().awaited();
    openWaves++;
    announce(Change.WAVE_OPENED);
  }

  int reach() {
    return openWaves == 0 ? 0 : waves.get(openWaves - 1).reach();
  }

  void enter(RolloutState following) {
    if (!state.next().contains(following)) {
      throw new IllegalStateException(
          "rollout " + before.id() + " cannot go from " + state + " to " + following);
    }
    state = following;
  }

  /** Like {@link #enter}, on an operator's word. */
  void enterIfAllowed(RolloutState following, String action) {
    if (!state.next().contains(following)) {
      throw refused("rollout %s is %s and cannot be %s".formatted(before.id(), state, action));
    }
    state = following;
  }

  static FlotillaException refused(String message) {
    return new FlotillaException(ErrorCode.ROLLOUT_STATE, message);
  }

  void because(Optional<String> reason) {
    notes = new Rollout.Notes(reason, notes.failures(), notes.verdicts());
  }

  void act(RolloutAction action) {
    actions.add(action);
  }

  void announce(Change change) {
    actions.add(new Announce(change, Math.max(0, openWaves - 1)));
  }
}
