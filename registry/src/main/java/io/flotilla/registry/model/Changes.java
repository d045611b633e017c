package io.flotilla.registry.model;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Changes of tags or metrics.
 *
 * @param set new values by key
 * @param remove keys to remove; those that are not there do not matter, those that are set as well
 *     are set
 */
public record Changes<T>(Map<String, T> set, Set<String> remove) {
  /** Copies the collections. */
  public Changes {
    set = Map.copyOf(set);
    remove = Set.copyOf(remove);
  }

  /** Nothing changes. */
  public static <T> Changes<T> none() {
    return new Changes<>(Map.of(), Set.of());
  }

  /** Some values are set. */
  public static <T> Changes<T> set(Map<String, T> values) {
    return new Changes<>(values, Set.of());
  }

  Map<String, T> appliedTo(Map<String, T> before) {
    Map<String, T> after = new HashMap<>(before);
    after.keySet().removeAll(remove);
    after.putAll(set);
    return after;
  }
}
