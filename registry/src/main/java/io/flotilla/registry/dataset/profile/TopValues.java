package io.flotilla.registry.dataset.profile;

import java.util.List;
import java.util.Optional;

/**
 * The commonest values of a column.
 *
 * @param values by falling count and then by text; the counts are exact
 * @param complete whether these are all values that the column has
 * @param dropped why the values were not counted; empty if they were. Either all are counted or
 *     none, so that the order of the rows does not matter
 */
public record TopValues(List<ValueCount> values, boolean complete, Optional<String> dropped) {
  /** Copies the collection. */
  public TopValues {
    values = List.copyOf(values);
  }
}
