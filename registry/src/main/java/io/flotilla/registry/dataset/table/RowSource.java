package io.flotilla.registry.dataset.table;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * A table read row by row in memory that does not grow with its rows. Keeps the limits of {@link
 * TableLimits}. Confined to one thread.
 */
public interface RowSource extends AutoCloseable {
  /** The columns in order, at least one. */
  List<Column> columns();

  /**
   * The next row, with one value for each column; empty at the end.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code DATASET_INVALID}, naming the row,
   *     if it is malformed or a limit is passed
   * @throws IOException if the file cannot be read
   */
  Optional<List<Value>> next() throws IOException;

  /** Rows given so far. */
  long rows();

  @Override
  void close() throws IOException;
}
