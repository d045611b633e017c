package io.flotilla.rollout.engine;

import io.flotilla.protocol.message.VersionRef;
import io.flotilla.rollout.gate.Verdict;
import io.flotilla.rollout.plan.RolloutPlan;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * A rollout without its devices: those are {@link Target}s, each a record of its own. Its size is
 * bounded by its waves and arms. Immutable; only {@link RolloutEngine} makes the next one.
 *
 * @param id unique, sorts by age
 * @param plan how it proceeds
 * @param state where it stands
 * @param origin where it comes from
 * @param waves its waves, in order
 * @param progress how far it has come
 * @param notes what explains it to people
 */
public record Rollout(
    String id,
    RolloutPlan plan,
    RolloutState state,
    Origin origin,
    List<Wave> waves,
    Progress progress,
    Notes notes) {
  /** Copies the waves. */
  public Rollout {
    waves = List.copyOf(waves);
  }

  /**
   * Where a rollout comes from.
   *
   * @param createdAtMs Unix time in milliseconds
   * @param createdBy name of the operator
   */
  public record Origin(long createdAtMs, String createdBy) {}

  /**
   * How far a rollout has come.
   *
   * @param openWaves how many waves are open; 0 only before it starts
   * @param next position of the first device whose turn has not come
   * @param bucket what its pace allows at once
   * @param startedAtMs steady time at which it started; empty before that
   * @param forgiven how many failures an operator has seen and gone on with
   * @param sweep which devices are to get their previous version back
   */
  public record Progress(
      int openWaves,
      int next,
      Bucket bucket,
      OptionalLong startedAtMs,
      int forgiven,
      Optional<Sweep> sweep) {}

  /**
   * Devices getting their previous version back, from the last position to the first.
   *
   * @param scope which
   * @param position the next one to look at; -1 once all were looked at
   */
  public record Sweep(Scope scope, int position) {
    /** Which devices. */
    public enum Scope {
      /** Those that failed. */
      FAILED,
      /** All that were assigned. */
      ALL
    }
  }

  /**
   * What explains a rollout to people.
   *
   * @param reason why it is where it is
   * @param failures the first devices that failed, with their codes; at most three
   * @param verdicts what each gate said last, by {@link #verdictKey}
   */
  public record Notes(
      Optional<String> reason, List<String> failures, Map<String, Standing> verdicts) {
    /** Nothing to say yet. */
    public static final Notes NONE = new Notes(Optional.empty(), List.of(), Map.of());

    /** Copies the collections. */
    public Notes {
      failures = List.copyOf(failures);
      verdicts = Collections.unmodifiableMap(new TreeMap<>(verdicts));
    }
  }

  /**
   * What a gate said last.
   *
   * @param outcome what it said
   * @param wave index of the wave that it was about
   * @param enough whether it has seen as many devices as the plan wants
   * @param waived whether an operator went on in spite of it
   */
  public record Standing(Verdict.Outcome outcome, int wave, boolean enough, boolean waived) {}

  /** What the last words of a gate about an arm are kept under. */
  public static String verdictKey(String gate, String arm) {
    return gate + "/" + arm;
  }

  /** The version that it is listed under. */
  public VersionRef version() {
    return plan.cargo().version();
  }

  /** All devices. */
  public Tally tally() {
    return waves.stream().map(Wave::tally).reduce(Tally.EMPTY, Tally::plus);
  }

  /** How many devices it has. */
  public int devices() {
    return waves.getLast().reach();
  }

  /** How many devices failed. */
  public int failures() {
    return tally().of(TargetState.FAILED);
  }

  /** The wave of a position. */
  public int waveOf(int position) {
    int wave = 0;
    while (position >= waves.get(wave).reach()) {
      wave++;
    }
    return wave;
  }

  /**
   * The device of a position, if its turn has not come: devices are not stored before that.
   *
   * @param position from 0 to below {@link #devices}
   */
  public Target pending(int position, String device) {
    return Target.pending(
        device, new Target.Place(position, waveOf(position), plan.cargo().of(id, device).name()));
  }

  /** Whether something is still to come: a last word, a device's turn, a version to give back. */
  public boolean open() {
    Tally tally = tally();
    return !state.over()
        || tally.of(TargetState.ASSIGNED) > 0
        || state == RolloutState.UNDOING
        || progress.sweep().filter(sweep -> sweep.position() >= 0).isPresent();
  }
}
