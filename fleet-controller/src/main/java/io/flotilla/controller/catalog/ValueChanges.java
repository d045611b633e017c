package io.flotilla.controller.catalog;

import io.flotilla.registry.model.Changes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Changes of tags or metrics as a request has them; what is left out does not change.
 *
 * @param set new values by key
 * @param remove keys to remove
 */
record ValueChanges<T>(Optional<Map<String, T>> set, Optional<List<String>> remove) {
  Changes<T> changes() {
    return new Changes<>(set.orElse(Map.of()), Set.copyOf(remove.orElse(List.of())));
  }

  /** None, where a request has none. */
  static <T> Changes<T> of(Optional<ValueChanges<T>> changes) {
    return changes.map(ValueChanges::changes).orElse(Changes.none());
  }
}
