package io.flotilla.registry.search;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A part of a longer answer.
 *
 * @param items in order; may be fewer than asked for, even none, while there is a next page
 * @param next the cursor of the page after this one; empty at the end
 */
public record Page<T>(List<T> items, Optional<String> next) {
  /** Copies the list. */
  public Page {
    items = List.copyOf(items);
  }

  /** The same page of other items. */
  public <R> Page<R> map(Function<? super T, ? extends R> change) {
    return new Page<>(items.stream().<R>map(change).toList(), next);
  }
}
