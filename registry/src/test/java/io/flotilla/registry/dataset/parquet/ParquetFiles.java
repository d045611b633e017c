package io.flotilla.registry.dataset.parquet;

import io.flotilla.registry.dataset.table.Value;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The Parquet files of the tests; SOURCE.md beside them says what they hold. */
public final class ParquetFiles {
  private ParquetFiles() {}

  /** The bytes of a file. */
  public static byte[] bytes(String name) throws IOException {
    try (InputStream in = ParquetFiles.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  static List<List<Value>> rows(byte[] content, Path file) throws IOException {
    Files.write(file, content);
    List<List<Value>> rows = new ArrayList<>();
    try (ParquetRows source = ParquetRows.open(file)) {
      for (Optional<List<Value>> row = source.next(); row.isPresent(); row = source.next()) {
        rows.add(row.get());
      }
    }
    return rows;
  }
}
