package io.flotilla.registry.dataset.profile;

import io.flotilla.registry.dataset.table.ColumnType;

/**
 * How many values of a column are of which kind.
 *
 * @param integers whole numbers of 64 bits
 * @param numbers other finite numbers
 * @param nonFinite NaN and infinities: in no statistic but this one and the number of distinct
 *     values
 * @param booleans true or false
 * @param texts any text
 * @param timestamps dates and times
 */
public record Kinds(
    long integers, long numbers, long nonFinite, long booleans, long texts, long timestamps) {
  /** All values. */
  public long total() {
    return integers + numbers + nonFinite + booleans + texts + timestamps;
  }

  /** The type that a column of these values has; TEXT for none. */
  public ColumnType type() {
    long all = total();
    if (texts == all) {
      return ColumnType.TEXT;
    }
    if (integers == all) {
      return ColumnType.INTEGER;
    }
    if (integers + numbers + nonFinite == all) {
      return ColumnType.NUMBER;
    }
    if (booleans == all) {
      return ColumnType.BOOLEAN;
    }
    return timestamps == all ? ColumnType.TIMESTAMP : ColumnType.MIXED;
  }
}
