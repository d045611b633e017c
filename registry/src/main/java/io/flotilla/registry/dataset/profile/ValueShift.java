package io.flotilla.registry.dataset.profile;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How the values of a column differ between two tables.
 *
 * @param appeared values of the later table that the earlier does not have, with their later
 *     counts; known only if all values of the earlier are
 * @param vanished values of the earlier table that the later does not have, with their earlier
 *     counts; known only if all values of the later are
 * @param divergence over the values that both profiles list, or all where both list all; the others
 *     of each table are one bin
 */
public record ValueShift(
    List<ValueCount> appeared, List<ValueCount> vanished, Divergence divergence) {
  /** Copies the collections. */
  public ValueShift {
    appeared = List.copyOf(appeared);
    vanished = List.copyOf(vanished);
  }

  /** Of two columns that have values. */
  static ValueShift between(ColumnProfile before, ColumnProfile after) {
    Map<String, Long> earlier = counts(before.top());
    Map<String, Long> later = counts(after.top());
    boolean complete = before.top().complete() && after.top().complete();
    List<Long> binsBefore = new ArrayList<>();
    List<Long> binsAfter = new ArrayList<>();
    long restBefore = before.count();
    long restAfter = after.count();
    Map<String, Long> all = new LinkedHashMap<>(earlier);
    later.forEach(all::putIfAbsent);
    for (String value : all.keySet()) {
      if (complete || (earlier.containsKey(value) && later.containsKey(value))) {
        long countBefore = earlier.getOrDefault(value, 0L);
        long countAfter = later.getOrDefault(value, 0L);
        binsBefore.add(countBefore);
        binsAfter.add(countAfter);
        restBefore -= countBefore;
        restAfter -= countAfter;
      }
    }
    if (restBefore + restAfter > 0) {
      binsBefore.add(restBefore);
      binsAfter.add(restAfter);
    }
    return new ValueShift(
        before.top().complete() ? missing(after.top(), earlier) : List.of(),
        after.top().complete() ? missing(before.top(), later) : List.of(),
        Divergence.between(array(binsBefore), array(binsAfter)));
  }

  private static Map<String, Long> counts(TopValues top) {
    Map<String, Long> counts = new LinkedHashMap<>();
    top.values().forEach(value -> counts.put(value.value(), value.count()));
    return counts;
  }

  private static List<ValueCount> missing(TopValues from, Map<String, Long> others) {
    return from.values().stream().filter(value -> !others.containsKey(value.value())).toList();
  }

  private static long[] array(List<Long> counts) {
    return counts.stream().mapToLong(Long::longValue).toArray();
  }
}
