package io.flotilla.retraining.table;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.StorageFailures;
import io.flotilla.registry.dataset.CsvReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Tables as CSV: every column is a feature but {@code label} and {@code cohort}, which may be
 * missing or empty; a row without a cohort belongs to {@link Table#REFERENCE}.
 */
public final class TableCsv {
  /** Most values of a table in memory: rows × features. */
  public static final long MAX_VALUES = 20_000_000;

  private static final String LABEL = "label";
  private static final String COHORT = "cohort";

  private TableCsv() {}

  /**
   * Reads a table.
   *
   * @throws FlotillaException {@code DATASET_INVALID}, naming row and column, if a feature is not a
   *     finite number or the table is over its limits; {@code FILE_MISSING}, {@code STORAGE_FAILED}
   */
  public static Table read(Path file) {
    try (CsvReader csv = CsvReader.open(file)) {
      List<String> columns = csv.columns();
      List<Integer> features = new ArrayList<>();
      for (int i = 0; i < columns.size(); i++) {
        if (!columns.get(i).equals(LABEL) && !columns.get(i).equals(COHORT)) {
          features.add(i);
        }
      }
      int label = columns.indexOf(LABEL);
      int cohort = columns.indexOf(COHORT);
      List<Table.Row> rows = new ArrayList<>();
      for (Optional<List<String>> row = csv.next(); row.isPresent(); row = csv.next()) {
        if ((rows.size() + 1L) * features.size() > MAX_VALUES) {
          throw new FlotillaException(
              ErrorCode.DATASET_INVALID,
              "the table is over %d values, too many to train on at once".formatted(MAX_VALUES));
        }
        List<String> fields = row.get();
        String group = cohort < 0 ? "" : fields.get(cohort);
        rows.add(
            new Table.Row(
                numbers(fields, features, columns, csv.rows()),
                label < 0 ? "" : fields.get(label),
                group.isEmpty() ? Table.REFERENCE : group));
      }
      return new Table(features.stream().map(columns::get).toList(), rows);
    } catch (IOException e) {
      throw StorageFailures.of("read the table " + file.getFileName(), e);
    }
  }

  /**
   * Writes a table; the same table gives the same bytes.
   *
   * @throws FlotillaException {@code DISK_FULL}, {@code STORAGE_FAILED}
   */
  public static void write(Table table, Path file) {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (String feature : table.features()) {
        out.append(quoted(feature)).append(',');
      }
      out.append(LABEL).append(',').append(COHORT).append('\n');
      for (Table.Row row : table.rows()) {
        for (float value : row.values()) {
          out.append(text(value)).append(',');
        }
        out.append(quoted(row.label())).append(',').append(quoted(row.cohort())).append('\n');
      }
    } catch (IOException e) {
      throw StorageFailures.of("write a table", e);
    }
  }

  private static float[] numbers(
      List<String> fields, List<Integer> features, List<String> columns, long row) {
    float[] values = new float[features.size()];
    for (int i = 0; i < values.length; i++) {
      String text = fields.get(features.get(i));
      try {
        values[i] = Float.parseFloat(text);
      } catch (NumberFormatException e) {
        throw notANumber(text, columns.get(features.get(i)), row);
      }
      if (!Float.isFinite(values[i])) {
        throw notANumber(text, columns.get(features.get(i)), row);
      }
    }
    return values;
  }

  private static FlotillaException notANumber(String text, String column, long row) {
    String shown = text.length() > 32 ? text.substring(0, 32) + "…" : text;
    return new FlotillaException(
        ErrorCode.DATASET_INVALID,
        "\"%s\" in row %d, column %s is not a finite number".formatted(shown, row, column));
  }

  private static String text(float value) {
    int whole = (int) value;
    return whole == value ? Integer.toString(whole) : Float.toString(value);
  }

  private static String quoted(String field) {
    boolean plain = field.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? field : '"' + field.replace("\"", "\"\"") + '"';
  }
}
