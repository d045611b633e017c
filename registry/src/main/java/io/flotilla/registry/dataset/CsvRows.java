package io.flotilla.registry.dataset;

import io.flotilla.registry.dataset.table.Column;
import io.flotilla.registry.dataset.table.RowMeter;
import io.flotilla.registry.dataset.table.RowSource;
import io.flotilla.registry.dataset.table.TableLimits;
import io.flotilla.registry.dataset.table.TextValues;
import io.flotilla.registry.dataset.table.Value;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A CSV file whose fields are taken for what they look like. */
final class CsvRows implements RowSource {
  private final CsvReader csv;
  private final List<Column> columns;
  private final RowMeter meter;

  private CsvRows(CsvReader csv) {
    this.csv = csv;
    TableLimits.requireNames(csv.columns());
    columns = csv.columns().stream().map(Column::untyped).toList();
    meter = new RowMeter(columns.size());
  }

  static CsvRows open(Path file) throws IOException {
    CsvReader csv = CsvReader.open(file);
    boolean begun = false;
    try {
      CsvRows rows = new CsvRows(csv);
      begun = true;
      return rows;
    } finally {
      if (!begun) {
        csv.close();
      }
    }
  }

  @Override
  public List<Column> columns() {
    return columns;
  }

  @Override
  public Optional<List<Value>> next() throws IOException {
    Optional<List<String>> fields = csv.next();
    if (fields.isEmpty()) {
      return Optional.empty();
    }
    meter.row();
    List<Value> values = new ArrayList<>(columns.size());
    for (String field : fields.get()) {
      values.add(TextValues.of(field));
    }
    return Optional.of(values);
  }

  @Override
  public long rows() {
    return meter.rows();
  }

  @Override
  public void close() throws IOException {
    csv.close();
  }
}
