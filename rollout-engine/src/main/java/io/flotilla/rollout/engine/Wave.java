package io.flotilla.rollout.engine;

import java.util.Collections;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * One wave as it stands.
 *
 * @param reach how many devices have had their turn once it is over, those of the waves before
 *     included
 * @param arms how its devices stand, by arm
 * @param approved whether it may open
 * @param doneAtMs steady time at which its last device was done; empty before that
 */
public record Wave(int reach, Map<String, Tally> arms, boolean approved, OptionalLong doneAtMs) {
  /** Copies the map. */
  public Wave {
    arms = Collections.unmodifiableMap(new TreeMap<>(arms));
  }

  /** All its devices. */
  public Tally tally() {
    return arms.values().stream().reduce(Tally.EMPTY, Tally::plus);
  }

  /** With so many more, or fewer, of an arm in this state. */
  public Wave plus(String arm, TargetState state, int more) {
    TreeMap<String, Tally> next = new TreeMap<>(arms);
    next.put(arm, next.getOrDefault(arm, Tally.EMPTY).plus(state, more));
    return new Wave(reach, next, approved, doneAtMs);
  }

  Wave approvedNow() {
    return new Wave(reach, arms, true, doneAtMs);
  }

  Wave done(OptionalLong atMs) {
    return new Wave(reach, arms, approved, atMs);
  }

  /** Reaching so many devices. */
  public Wave reaching(int newReach) {
    return new Wave(newReach, arms, approved, doneAtMs);
  }
}
