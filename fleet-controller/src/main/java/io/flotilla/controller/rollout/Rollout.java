package io.flotilla.controller.rollout;

import io.flotilla.protocol.message.VersionRef;
import java.util.Collection;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A rollout: one version on its way to a set of devices that was fixed when it was created.
 * Immutable; only {@link RolloutEngine} makes the next one.
 *
 * @param id unique, sorts by age
 * @param version what the devices shall run
 * @param plan how it proceeds
 * @param state where it stands
 * @param openWaves how many waves are open; 0 only before it starts
 * @param createdAtMs Unix time in milliseconds
 * @param reason why it halted or was aborted
 * @param targets the devices by id; their order is the order of the waves
 */
public record Rollout(
    String id,
    VersionRef version,
    RolloutPlan plan,
    RolloutState state,
    int openWaves,
    long createdAtMs,
    Optional<String> reason,
    SortedMap<String, Target> targets) {
  /** Copies the targets. */
  public Rollout {
    targets = Collections.unmodifiableSortedMap(new TreeMap<>(targets));
  }

  /** The devices of one wave, by id. */
  public Collection<Target> wave(int index) {
    return targets.values().stream().filter(target -> target.wave() == index).toList();
  }

  /** One device, if it is part of this rollout. */
  public Optional<Target> target(String device) {
    return Optional.ofNullable(targets.get(device));
  }

  /** How many devices failed. */
  public long failures() {
    return targets.values().stream().filter(t -> t.state() == TargetState.FAILED).count();
  }

  /** Whether some device's last word is still to come. */
  public boolean inFlight() {
    return targets.values().stream().anyMatch(t -> t.state() == TargetState.ASSIGNED);
  }
}
