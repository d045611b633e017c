package io.flotilla.registry.dataset.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.dataset.table.Column;
import io.flotilla.registry.dataset.table.TableLimits;
import io.flotilla.registry.dataset.table.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NdjsonRowsTest {
  private static final Value NONE = Value.Missing.MISSING;

  @TempDir private Path folder;

  @Test
  void columnsAreTheKeysOfAllObjects() throws IOException {
    List<List<Value>> rows =
        read("\uFEFF{\"a\":1,\"b\":\"x\"}\n{\"c\":true,\"a\":null}\n\n{\"b\":1.50,\"c\":\"\"}\n");

    assertThat(rows)
        .containsExactly(
            List.of(new Value.Whole(1), new Value.Text("x"), NONE),
            List.of(NONE, NONE, new Value.Truth(true)),
            List.of(NONE, new Value.Real(1.5, "1.50"), new Value.Text("")));
  }

  @Test
  void textsKeepTheirKindExceptTimes() throws IOException {
    assertThat(read("{\"a\":\"12\",\"b\":\"2026-01-01T00:00:00Z\",\"c\":18446744073709551615}"))
        .containsExactly(
            List.of(
                new Value.Text("12"),
                new Value.Moment(Instant.parse("2026-01-01T00:00:00Z"), "2026-01-01T00:00:00Z"),
                new Value.Real(1.8446744073709552E19, "18446744073709551615")));
  }

  @Test
  void nestedValuesAreRefusedByNameAndRow() {
    assertThatThrownBy(() -> read("{\"a\":1}\n{\"a\":{\"b\":1}}"))
        .hasMessage("the key a holds an object in row 2: only flat objects can be a table");
    assertThatThrownBy(() -> read("{\"a\":[1]}"))
        .hasMessage("the key a holds a list in row 1: only flat objects can be a table");
    assertThatThrownBy(() -> read("[{\"a\":1}]"))
        .hasMessageContaining("row 1 is not a JSON object");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n",
        "{}",
        "{\"a\":1",
        "{\"a\":1}}",
        "{\"a\":1}\n2",
        "{\"a\":1,\"a\":2}",
        "{\"a\":NaN}",
        "{\"a\":01}",
        "{\"\":1}",
        "{\"a\":\"\\u0000\"}",
        "{\"a\":\"\\ud800\"}",
        "{'a':1}",
        "a,b\n1,2\n"
      })
  void refusesWhatIsNoTable(String text) {
    assertRefused(text.getBytes(UTF_8));
  }

  @Test
  void refusesWhatIsNotUtf8() {
    assertRefused(new byte[] {'{', '"', 'a', '"', ':', '"', (byte) 0xE9, '"', '}'});
    assertRefused(new byte[] {(byte) 0xFF});
  }

  @Test
  void keepsItsLimits() throws IOException {
    String value = "x".repeat(TableLimits.MAX_VALUE_CHARS);
    assertThat(read("{\"a\":\"" + value + "\"}")).hasSize(1);
    assertRefused(("{\"a\":\"" + value + "x\"}").getBytes(UTF_8));
    assertRefused(("{\"" + "k".repeat(TableLimits.MAX_NAME_CHARS + 1) + "\":1}").getBytes(UTF_8));
    StringBuilder wide = new StringBuilder("{\"k0\":0");
    for (int i = 1; i < TableLimits.MAX_COLUMNS; i++) {
      wide.append(",\"k").append(i).append("\":0");
    }
    assertThat(read(wide + "}").getFirst()).hasSize(TableLimits.MAX_COLUMNS);
    assertRefused((wide + "}{\"one\":1}").getBytes(UTF_8));
    assertRefused(("{\"a\":" + "[".repeat(100_000)).getBytes(UTF_8));
  }

  private void assertRefused(byte[] text) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOfSatisfying(
            FlotillaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.DATASET_INVALID));
  }

  private List<List<Value>> read(String text) throws IOException {
    return read(text.getBytes(UTF_8));
  }

  private List<List<Value>> read(byte[] text) throws IOException {
    Path file = Files.write(folder.resolve("rows.ndjson"), text);
    List<List<Value>> rows = new ArrayList<>();
    try (NdjsonRows source = NdjsonRows.open(file)) {
      for (Optional<List<Value>> row = source.next(); row.isPresent(); row = source.next()) {
        rows.add(row.get());
      }
      assertThat(source.rows()).isEqualTo(rows.size());
      assertThat(source.columns().stream().map(Column::name)).doesNotHaveDuplicates();
    }
    return rows;
  }
}
