package io.flotilla.registry.dataset.profile;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Counts of each value, until there are too many different ones or one is too long: then of none.
 */
final class ValueCounts {
  /** Longest value counted, in characters: longer ones are free text. */
  static final int MAX_CHARS = 128;

  private final int most;
  private final Map<String, long[]> counts = new HashMap<>();
  private boolean tooMany;
  private boolean tooLong;

  /** Counts of up to so many different values. */
  ValueCounts(int most) {
    this.most = most;
  }

  boolean isDropped() {
    return tooMany || tooLong;
  }

  void add(String value) {
    add(value, 1);
  }

  void add(ValueCounts other) {
    other.counts.forEach((value, count) -> add(value, count[0]));
    tooLong |= other.tooLong;
    tooMany |= other.tooMany;
    if (isDropped()) {
      counts.clear();
    }
  }

  TopValues top(int values) {
    if (isDropped()) {
      String why =
          tooLong
              ? "a value is over %d characters".formatted(MAX_CHARS)
              : "there are more than %d different values".formatted(most);
      return new TopValues(List.of(), false, Optional.of(why));
    }
    List<ValueCount> top =
        counts.entrySet().stream()
            .map(entry -> new ValueCount(entry.getKey(), entry.getValue()[0]))
            .sorted(
                Comparator.comparingLong(ValueCount::count)
                    .reversed()
                    .thenComparing(ValueCount::value))
            .limit(values)
            .toList();
    return new TopValues(top, top.size() == counts.size(), Optional.empty());
  }

  private void add(String value, long count) {
    if (value.length() > MAX_CHARS) {
      tooLong = true;
    }
    if (tooLong) {
      counts.clear();
      return;
    }
    if (tooMany) {
      return;
    }
    counts.computeIfAbsent(value, missing -> new long[1])[0] += count;
    if (counts.size() > most) {
      tooMany = true;
      counts.clear();
    }
  }
}
