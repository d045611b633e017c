package io.flotilla.registry.dataset.table;

import java.util.Optional;

/**
 * A column of a table.
 *
 * @param name unlike that of any other column of the table
 * @param type what the file says; empty where only the values tell, as in CSV and NDJSON
 */
public record Column(String name, Optional<ColumnType> type) {
  /** A column whose type only its values tell. */
  public static Column untyped(String name) {
    return new Column(name, Optional.empty());
  }
}
