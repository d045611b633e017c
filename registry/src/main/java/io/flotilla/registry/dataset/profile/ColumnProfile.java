package io.flotilla.registry.dataset.profile;

import io.flotilla.registry.dataset.table.ColumnType;
import java.util.Optional;

/**
 * What is in one column.
 *
 * @param name of the column
 * @param type by its values; by the file's word if it has none
 * @param count values that are there
 * @param missing rows without a value
 * @param kinds of values
 * @param distinct different values
 * @param numeric the numbers of a column that has any, or the Unix times in milliseconds of a
 *     column of timestamps
 * @param top the commonest values
 */
public record ColumnProfile(
    String name,
    ColumnType type,
    long count,
    long missing,
    Kinds kinds,
    Distinct distinct,
    Optional<NumericSummary> numeric,
    TopValues top) {
  /** Part of the rows that have no value, 0 to 1; 0 without rows. */
  public double missingShare() {
    long rows = count + missing;
    return rows == 0 ? 0 : (double) missing / rows;
  }
}
