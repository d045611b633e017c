package io.flotilla.registry.dataset.table;

/** Counts what a source gives and stops it at the limits of {@link TableLimits}. */
public final class RowMeter {
  private final int columns;
  private long rows;
  private long chars;

  /** A meter at zero for a table of this many columns. */
  public RowMeter(int columns) {
    this.columns = columns;
  }

  /**
   * Counts a row.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code DATASET_INVALID} if it is one too
   *     many
   */
  public void row() {
    if (rows == TableLimits.MAX_ROWS) {
      throw TableLimits.invalid("there are more than %d rows".formatted(TableLimits.MAX_ROWS));
    }
    rows++;
    if (rows * columns > TableLimits.MAX_CELLS) {
      throw TableLimits.invalid(
          "there are more than %d values: rows times columns".formatted(TableLimits.MAX_CELLS));
    }
  }

  /**
   * Counts the characters of a value.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code DATASET_INVALID} if it is too long,
   *     or all together are
   */
  public void text(int length) {
    if (length > TableLimits.MAX_VALUE_CHARS) {
      throw TableLimits.invalid(
          "a value over %d characters in row %d".formatted(TableLimits.MAX_VALUE_CHARS, rows));
    }
    chars += length;
    if (chars > TableLimits.MAX_CHARS) {
      throw TableLimits.invalid(
          "the values are over %d characters together".formatted(TableLimits.MAX_CHARS));
    }
  }

  /** Rows counted so far. */
  public long rows() {
    return rows;
  }
}
