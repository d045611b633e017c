package io.flotilla.registry.dataset.parquet;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.dataset.table.Column;
import io.flotilla.registry.dataset.table.ColumnType;
import io.flotilla.registry.dataset.table.Value;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParquetRowsTest {
  private static final int ROWS = 40;
  private static final Instant START = Instant.parse("2020-01-01T00:00:00Z");
  private static final List<String> TEXTS = List.of("red", "grün", "blue, \"x\"");

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"types-none-v1", "types-snappy-v1", "types-gzip-v2", "types-zstd-v2"})
  void readsAllTypesAndNulls(String name) throws IOException {
    List<List<Value>> rows = rows(name);

    assertThat(rows).hasSize(ROWS);
    for (int i = 0; i < ROWS; i++) {
      assertThat(rows.get(i)).as("row %d", i).isEqualTo(typesRow(i));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"delta", "checksums"})
  void readsAllEncodings(String name) throws IOException {
    List<List<Value>> rows = rows(name);

    assertThat(rows).hasSize(ROWS);
    for (int i = 0; i < ROWS; i++) {
      List<Value> all = typesRow(i);
      assertThat(rows.get(i))
          .as("row %d", i)
          .containsExactly(all.get(0), all.get(1), all.get(2), all.get(5), all.get(7));
    }
  }

  @Test
  void readsTimestampsOfOldWriters() throws IOException {
    List<List<Value>> rows = rows("int96");

    assertThat(rows).hasSize(ROWS);
    for (int i = 0; i < ROWS; i++) {
      assertThat(rows.get(i).getFirst()).isEqualTo(nullAt(i, local(START.plusNanos(i * 1001L))));
    }
  }

  @Test
  void readsWhatOtherWritersWrite() throws IOException {
    List<List<Value>> polars = rows("polars");
    assertThat(polars).hasSize(30);
    assertThat(polars.get(4))
        .containsExactly(new Value.Whole(4), Value.Missing.MISSING, new Value.Text("01:02:04"));
    assertThat(polars.get(29))
        .containsExactly(new Value.Whole(29), new Value.Text("n29"), new Value.Text("01:02:29"));

    List<List<Value>> duckdb = rows("duckdb");
    assertThat(duckdb).hasSize(20);
    assertThat(duckdb.get(17))
        .containsExactly(
            new Value.Whole(17),
            new Value.Whole(51),
            new Value.Real(2.125, "2.1250"),
            new Value.Text("v17"),
            new Value.Truth(false),
            new Value.Text("00000000-0000-0000-0000-0000000000ff"));
  }

  @Test
  void columnsHaveTheTypesOfTheFile() throws IOException {
    Path file = Files.write(folder.resolve("t"), bytes("types-none-v1"));
    try (ParquetRows rows = ParquetRows.open(file)) {
      assertThat(rows.columns().stream().map(column -> column.type().orElseThrow()))
          .containsExactly(
              ColumnType.BOOLEAN,
              ColumnType.INTEGER,
              ColumnType.INTEGER,
              ColumnType.INTEGER,
              ColumnType.NUMBER,
              ColumnType.NUMBER,
              ColumnType.NUMBER,
              ColumnType.TEXT,
              ColumnType.TIMESTAMP,
              ColumnType.TIMESTAMP,
              ColumnType.TIMESTAMP,
              ColumnType.TIMESTAMP,
              ColumnType.NUMBER);
      assertThat(rows.columns().stream().map(Column::name)).startsWith("flag", "small", "big");
    }
  }

  @Test
  void fileWithoutRowsHasNone() throws IOException {
    assertThat(rows("empty")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "lz4|is compressed by LZ4_RAW: write it with SNAPPY",
        "brotli|is compressed by BROTLI: write it with SNAPPY",
        "nested|the column list is nested",
        "binary|the column a holds bytes that are no text",
      })
  void refusesByNameWhatItCannotRead(String name, String message) {
    assertThatThrownBy(() -> rows(name))
        .hasMessageContaining(message)
        .isInstanceOfSatisfying(
            FlotillaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.DATASET_INVALID));
  }

  @Test
  @Timeout(60)
  void textThatUnpacksToGigabytesIsRefused() {
    assertThatThrownBy(() -> count("bomb"))
        .isInstanceOf(FlotillaException.class)
        .hasMessage("the values are over 1073741824 characters together");
  }

  @Test
  void flippedBitsOfPagesWithChecksumsAreNeverReadAsValues() throws IOException {
    byte[] bytes = bytes("checksums");
    List<List<Value>> rows = rows("checksums");
    int footer =
        bytes.length - 8 - ByteBuffer.wrap(bytes).order(LITTLE_ENDIAN).getInt(bytes.length - 8);
    int refused = 0;
    for (int at = 4; at < footer; at++) {
      byte[] flipped = bytes.clone();
      flipped[at] ^= (byte) (1 << at % 8);
      try {
        assertThat(ParquetFiles.rows(flipped, folder.resolve("t")))
            .as("byte %d", at)
            .isEqualTo(rows);
      } catch (FlotillaException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(footer / 2);
  }

  private long count(String name) throws IOException {
    Path file = Files.write(folder.resolve("t"), bytes(name));
    try (ParquetRows rows = ParquetRows.open(file)) {
      while (rows.next().isPresent()) {
        // The rows are too large to keep.
      }
      return rows.rows();
    }
  }

  private List<List<Value>> rows(String name) throws IOException {
    return ParquetFiles.rows(bytes(name), folder.resolve("t"));
  }

  private static byte[] bytes(String name) throws IOException {
    return ParquetFiles.bytes(name + ".parquet");
  }

  /** What SOURCE.md says of row i. */
  private static List<Value> typesRow(int i) {
    BigInteger unsigned = BigInteger.TWO.pow(64).subtract(BigInteger.valueOf(i + 1L));
    LocalDate day = LocalDate.of(2020, 1, 1).plusDays(i);
    Instant millis = START.plusMillis(i * 1001L);
    Instant nanos = START.plusNanos(i * 1001L);
    float third = (float) (i / 3.0);
    float quarter = i / 4f;
    return List.of(
        nullAt(i, new Value.Truth(i % 3 == 0)),
        nullAt(i, new Value.Whole(i - 20)),
        new Value.Whole(i * 1_000_000_000_000L + 1),
        nullAt(i, new Value.Real(unsigned.doubleValue(), unsigned.toString())),
        nullAt(i, new Value.Real(third, Float.toString(third))),
        i % 11 == 3 ? Value.Missing.MISSING : new Value.Real(i / 7.0, Double.toString(i / 7.0)),
        nullAt(i, new Value.Real(quarter, Float.toString(quarter))),
        nullAt(i, new Value.Text(TEXTS.get(i % 3))),
        nullAt(i, new Value.Moment(day.atStartOfDay().toInstant(ZoneOffset.UTC), day.toString())),
        nullAt(i, new Value.Moment(millis, millis.toString())),
        nullAt(i, local(START.plus(Duration.ofNanos(i * 1_001_000L)))),
        nullAt(i, new Value.Moment(nanos, nanos.toString())),
        nullAt(i, new Value.Real(i / 8.0, "%.3f".formatted(i / 8.0))));
  }

  private static Value local(Instant at) {
    return new Value.Moment(at, LocalDateTime.ofInstant(at, ZoneOffset.UTC).toString());
  }

  private static Value nullAt(int i, Value value) {
    return i % 7 == 3 ? Value.Missing.MISSING : value;
  }
}
