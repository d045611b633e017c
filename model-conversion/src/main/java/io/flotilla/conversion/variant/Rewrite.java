package io.flotilla.conversion.variant;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a rewrite did.
 *
 * @param changed number of nodes whose arithmetic or weights changed, by operator, sorted
 * @param skipped nodes that could have been meant and were left, by operator and reason
 */
public record Rewrite(Map<String, Integer> changed, List<Skipped> skipped) {
  /** Copies the collections. */
  public Rewrite {
    changed = Collections.unmodifiableMap(new TreeMap<>(changed));
    skipped = List.copyOf(skipped);
  }
}
