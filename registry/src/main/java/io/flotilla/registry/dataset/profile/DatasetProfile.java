package io.flotilla.registry.dataset.profile;

import java.util.List;
import java.util.Optional;

/**
 * What is in a table.
 *
 * @param method number of the way in which it was made: {@link #METHOD} or an older one
 * @param rows of the table
 * @param columns in the order of the table
 */
public record DatasetProfile(int method, long rows, List<ColumnProfile> columns) {
  /** The way in which profiles are made now; those made otherwise are made again when asked for. */
  public static final int METHOD = 1;

  /** Copies the collection. */
  public DatasetProfile {
    columns = List.copyOf(columns);
  }

  /** The column of this name; empty if there is none. */
  public Optional<ColumnProfile> column(String name) {
    return columns.stream().filter(column -> column.name().equals(name)).findFirst();
  }

  /** The part of a stored profile that tells whether the rest can be read. */
  public record Method(int method) {}
}
