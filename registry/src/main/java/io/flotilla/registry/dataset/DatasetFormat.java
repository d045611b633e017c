package io.flotilla.registry.dataset;

import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.dataset.codec.NdjsonRows;
import io.flotilla.registry.dataset.parquet.ParquetRows;
import io.flotilla.registry.dataset.table.RowSource;
import io.flotilla.registry.dataset.table.TableLimits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How the file of a dataset is written. */
public enum DatasetFormat {
  /** RFC 4180 in UTF-8 with a header, read by {@link CsvReader}. */
  CSV("text/csv; charset=utf-8", ".csv", ".csv"),

  /** One flat JSON object a line, read by {@link NdjsonRows}. */
  NDJSON("application/x-ndjson", ".ndjson", ".jsonl"),

  /** Apache Parquet with a flat schema, read by {@link ParquetRows}. */
  PARQUET("application/vnd.apache.parquet", ".parquet", ".parquet");

  /** How many bytes of a file {@link #detect} looks at; fewer are enough if the file ends there. */
  public static final int DETECT_BYTES = 4096;

  private static final byte[] PARQUET_MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final String mediaType;
  private final String ending;
  private final String otherEnding;

  DatasetFormat(String mediaType, String ending, String otherEnding) {
    this.mediaType = mediaType;
    this.ending = ending;
    this.otherEnding = otherEnding;
  }

  /** The media type of such a file. */
  public String mediaType() {
    return mediaType;
  }

  /** What the name of such a file ends with, the dot included. */
  public String ending() {
    return ending;
  }

  /**
   * The format that a person names: {@code csv}, {@code ndjson} or {@code parquet} in any case.
   *
   * @throws FlotillaException {@code DATASET_INVALID} if it is none of these
   */
  public static DatasetFormat named(String name) {
    for (DatasetFormat format : values()) {
      if (format.name().equalsIgnoreCase(name)) {
        return format;
      }
    }
    throw TableLimits.invalid("a dataset is csv, ndjson or parquet, not %s".formatted(name));
  }

  /**
   * The format that a file has by its first bytes, else by the end of its name. Without a name that
   * tells, text that begins with a brace is NDJSON, and all other text CSV.
   *
   * @param first the first {@link #DETECT_BYTES} bytes, or all if there are fewer
   * @param fileName with or without folders
   * @throws FlotillaException {@code DATASET_INVALID} if the name ends like that of a Parquet file
   *     and the bytes are none
   */
  public static DatasetFormat detect(byte[] first, Optional<String> fileName) {
    if (startsWith(first, PARQUET_MAGIC)) {
      return PARQUET;
    }
    String name = fileName.orElse("").toLowerCase(Locale.ROOT);
    for (DatasetFormat format : values()) {
      if (name.endsWith(format.ending) || name.endsWith(format.otherEnding)) {
        if (format == PARQUET) {
          throw TableLimits.invalid("the file is named like a Parquet file but is none");
        }
        return format;
      }
    }
    int at = startsWith(first, BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
    while (at < first.length && isSpace(first[at])) {
      at++;
    }
    return at < first.length && first[at] == '{' ? NDJSON : CSV;
  }

  /**
   * Begins to read a file of this format.
   *
   * @throws FlotillaException {@code DATASET_INVALID} if it is not of this format
   * @throws IOException if it cannot be read
   */
  public RowSource open(Path file) throws IOException {
    return switch (this) {
      case CSV -> CsvRows.open(file);
      case NDJSON -> NdjsonRows.open(file);
      case PARQUET -> ParquetRows.open(file);
    };
  }

  private static boolean startsWith(byte[] bytes, byte[] beginning) {
    return bytes.length >= beginning.length
        && Arrays.equals(bytes, 0, beginning.length, beginning, 0, beginning.length);
  }

  private static boolean isSpace(byte b) {
    return b == ' ' || b == '\t' || b == '\n' || b == '\r';
  }
}
