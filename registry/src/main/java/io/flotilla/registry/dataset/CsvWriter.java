package io.flotilla.registry.dataset;

import io.flotilla.registry.dataset.table.RowSource;
import io.flotilla.registry.dataset.table.Value;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Writes tables as CSV: RFC 4180 in UTF-8, lines ending in LF, fields quoted where they must be. A
 * missing value is an empty field, and so is an empty text. Numbers are written with all their
 * digits, timestamps as ISO 8601. The same table gives the same bytes.
 */
public final class CsvWriter {
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private CsvWriter() {}

  /**
   * Writes all rows that are left, over what is there.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException as {@link RowSource#next}
   * @throws IOException if a file cannot be read or written
   */
  public static void write(RowSource rows, Path to) throws IOException {
    int columns = rows.columns().size();
    try (BufferedWriter out = Files.newBufferedWriter(to, StandardCharsets.UTF_8)) {
      for (int i = 0; i < columns; i++) {
        field(out, i, rows.columns().get(i).name());
      }
      out.write('\n');
      for (Optional<List<Value>> row = rows.next(); row.isPresent(); row = rows.next()) {
        List<Value> values = row.get();
        for (int i = 0; i < columns; i++) {
          String text = values.get(i).text();
          if (columns == 1 && text.isEmpty()) {
            // An empty line would be no row.
            out.write("\"\"");
          } else {
            field(out, i, text);
          }
        }
        out.write('\n');
      }
    }
  }

  private static void field(BufferedWriter out, int column, String text) throws IOException {
    if (column > 0) {
      out.write(',');
    }
    if (!mustQuote(text)) {
      out.write(text);
      return;
    }
    out.write('"');
    out.write(text.replace("\"", "\"\""));
    out.write('"');
  }

  private static boolean mustQuote(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == ',' || c == '"' || c == '\n' || c == '\r' || c == BYTE_ORDER_MARK) {
        return true;
      }
    }
    return false;
  }
}
