package io.flotilla.controller.gate;

import io.flotilla.rollout.gate.GateState;
import io.flotilla.rollout.gate.Unit.Change;
import java.util.ArrayList;
import java.util.List;

/**
 * One gate of a rollout on one arm.
 *
 * @param state what it knows
 * @param free changes of devices that may stand beside a unit, oldest first; at most {@value
 *     #MAX_WAITING}
 * @param waiting changes of devices with the version under test that nobody stands beside yet; at
 *     most {@value #MAX_WAITING}
 */
public record GateRecord(GateState state, List<Seen> free, List<Seen> waiting) {
  /** Nothing yet. */
  static final GateRecord BEGIN = new GateRecord(GateState.BEGIN, List.of(), List.of());

  /** Most changes that wait, of either kind: the latest ones. */
  public static final int MAX_WAITING = 64;

  /** Copies the lists. */
  public GateRecord {
    free = latest(free);
    waiting = latest(waiting);
  }

  private static List<Seen> latest(List<Seen> all) {
    return List.copyOf(all.subList(Math.max(0, all.size() - MAX_WAITING), all.size()));
  }

  /**
   * How a device changed.
   *
   * @param device its id
   * @param wave index of its wave, from 0; 0 if it stands beside
   * @param fromMs Unix time in milliseconds at which its later block began
   * @param toMs Unix time in milliseconds at which that ended
   * @param change the change
   */
  public record Seen(String device, int wave, long fromMs, long toMs, Change change) {}

  GateRecord with(GateState next) {
    return new GateRecord(next, free, waiting);
  }

  GateRecord withFree(List<Seen> next) {
    return new GateRecord(state, next, waiting);
  }

  GateRecord withWaiting(List<Seen> next) {
    return new GateRecord(state, free, next);
  }

  /** The same without what a device's earlier block said, if it waits to stand beside. */
  GateRecord without(String device) {
    return withFree(free.stream().filter(seen -> !seen.device().equals(device)).toList());
  }

  static List<Seen> plus(List<Seen> all, Seen one) {
    List<Seen> more = new ArrayList<>(all);
    more.add(one);
    return more;
  }
}
