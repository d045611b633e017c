package io.flotilla.retraining.table;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows of numeric features, each with a label and a cohort.
 *
 * @param features names of the features in the order of a row
 * @param rows in their order; never none
 */
public record Table(List<String> features, List<Row> rows) {
  /** The cohort of rows that belong to no other. */
  public static final String REFERENCE = "reference";

  /**
   * Checks that it is a table.
   *
   * @throws FlotillaException {@code DATASET_INVALID} if there are no features or no rows
   */
  public Table {
    features = List.copyOf(features);
    rows = List.copyOf(rows);
    if (features.isEmpty()) {
      throw new FlotillaException(
          ErrorCode.DATASET_INVALID, "a table needs columns beside label and cohort");
    }
    if (rows.isEmpty()) {
      throw new FlotillaException(ErrorCode.DATASET_INVALID, "a table needs at least one row");
    }
  }

  /** One row: as many values as there are features, all finite; not to be changed. */
  @SuppressWarnings("ArrayRecordComponent") // rows are carried, never compared or hashed
  public record Row(float[] values, String label, String cohort) {}

  /**
   * This table with the rows of others below it.
   *
   * @throws FlotillaException {@code DATASET_INVALID} if one has other features or another order
   */
  public static Table concatenate(List<Table> tables) {
    List<Row> all = new ArrayList<>();
    for (Table table : tables) {
      table.requireFeatures(tables.getFirst().features());
      all.addAll(table.rows());
    }
    return new Table(tables.getFirst().features(), all);
  }

  /**
   * The rows that have a label.
   *
   * @throws FlotillaException {@code DATASET_INVALID} if none has
   */
  public Table labelled() {
    return new Table(features, rows.stream().filter(row -> !row.label().isEmpty()).toList());
  }

  /** The rows by cohort, cohorts in the order in which they first come. */
  public Map<String, List<Row>> byCohort() {
    Map<String, List<Row>> cohorts = new LinkedHashMap<>();
    for (Row row : rows) {
      cohorts.computeIfAbsent(row.cohort(), _ -> new ArrayList<>()).add(row);
    }
    return cohorts;
  }

  /**
   * Checks that the features are these in this order.
   *
   * @throws FlotillaException {@code DATASET_INVALID} otherwise
   */
  public void requireFeatures(List<String> expected) {
    if (!features.equals(expected)) {
      throw new FlotillaException(
          ErrorCode.DATASET_INVALID,
          "tables that belong together need the same feature columns in the same order: %d columns beginning with %s against %d beginning with %s"
              .formatted(
                  features.size(), features.getFirst(), expected.size(), expected.getFirst()));
    }
  }
}
