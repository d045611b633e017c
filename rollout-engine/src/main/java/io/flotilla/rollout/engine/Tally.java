package io.flotilla.rollout.engine;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * How many devices are in which state.
 *
 * @param counts those above 0
 */
public record Tally(Map<TargetState, Integer> counts) {
  /** Nobody. */
  public static final Tally EMPTY = new Tally(Map.of());

  /** Copies the counts. */
  public Tally {
    EnumMap<TargetState, Integer> copy = new EnumMap<>(TargetState.class);
    copy.putAll(counts);
    copy.values().removeIf(count -> count == 0);
    counts = Collections.unmodifiableMap(copy);
  }

  /** How many are in this state. */
  public int of(TargetState state) {
    return counts.getOrDefault(state, 0);
  }

  /** How many there are. */
  public int total() {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** How many a wave still waits for. */
  public int awaited() {
    return counts.entrySet().stream()
        .filter(entry -> entry.getKey().awaited())
        .mapToInt(Map.Entry::getValue)
        .sum();
  }

  /** With so many more, or fewer, in this state. */
  public Tally plus(TargetState state, int more) {
    EnumMap<TargetState, Integer> next = new EnumMap<>(TargetState.class);
    next.putAll(counts);
    next.merge(state, more, Integer::sum);
    return new Tally(next);
  }

  /** Both together. */
  public Tally plus(Tally other) {
    EnumMap<TargetState, Integer> next = new EnumMap<>(TargetState.class);
    next.putAll(counts);
    other.counts.forEach((state, count) -> next.merge(state, count, Integer::sum));
    return new Tally(next);
  }
}
