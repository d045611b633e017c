package io.flotilla.registry.dataset.profile;

import io.flotilla.registry.dataset.table.ColumnType;
import java.util.List;
import java.util.Optional;

/**
 * How one column differs between two tables.
 *
 * @param column its name
 * @param before its type in the earlier table; empty if it was added since
 * @param after its type in the later table; empty if it was removed
 * @param effect 0 if nothing that is compared differs, 1 for wholly different: the largest of the
 *     divergences of Jensen and Shannon and of the difference of the parts that are missing; 1 for
 *     a column that was added, removed or has another type, whole and other numbers being one
 * @param missing rows without a value
 * @param numeric how its numbers or times differ, if both tables have some
 * @param values how its values differ, if both profiles list some; not for numbers beyond a handful
 *     of different ones
 * @param words the same in sentences, the most important first; empty if nothing is worth a word
 */
public record ColumnChange(
    String column,
    Optional<ColumnType> before,
    Optional<ColumnType> after,
    double effect,
    MissingShift missing,
    Optional<NumericShift> numeric,
    Optional<ValueShift> values,
    List<String> words) {
  /** Copies the collection. */
  public ColumnChange {
    words = List.copyOf(words);
  }
}
