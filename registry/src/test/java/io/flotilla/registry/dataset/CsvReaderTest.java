package io.flotilla.registry.dataset;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvReaderTest {
  @Test
  void readsHeaderAndRows() throws IOException {
    assertThat(read("a,b\n1,2\n3,\n")).containsExactly(List.of("1", "2"), List.of("3", ""));
  }

  @Test
  void readsQuotesCarriageReturnsByteOrderMarkAndAMissingLastLineEnd() throws IOException {
    assertThat(read("\uFEFFa,\"b c\"\r\n\"1,5\",\"say \"\"x\"\"\nnow\"\r\né,4"))
        .containsExactly(List.of("1,5", "say \"x\"\nnow"), List.of("é", "4"));
  }

  @Test
  void allowsEmptyLinesAtTheEndOnly() throws IOException {
    assertThat(read("a\n1\n\n\n")).containsExactly(List.of("1"));
    assertRefused("a\n1\n\n2\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n",
        "a,,c\n1,2,3\n",
        "a,a\n1,2\n",
        "a,b\n1\n",
        "a,b\n1,2,3\n",
        "a\n\"1\n",
        "a\n\"1\"x\n",
        "a\n1\"\n",
        "a\n1\r2\n",
        "a\n1\u0000\n",
      })
  void refusesWhatIsNoTable(String csv) {
    assertRefused(csv);
  }

  @Test
  void refusesWhatIsNotUtf8() {
    assertThatThrownBy(() -> read("a\né\n".getBytes(ISO_8859_1)))
        .isInstanceOfSatisfying(
            FlotillaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.DATASET_INVALID));
  }

  @Test
  void keepsItsLimits() throws IOException {
    String field = "x".repeat(CsvReader.MAX_FIELD_CHARS);
    assertThat(read("a\n" + field + "\n")).containsExactly(List.of(field));
    assertRefused("a\n" + field + "x\n");
    StringBuilder header = new StringBuilder("c0");
    for (int i = 1; i < CsvReader.MAX_COLUMNS; i++) {
      header.append(",c").append(i);
    }
    assertThat(read(header.toString())).isEmpty();
    assertRefused(header + ",one");
  }

  private static void assertRefused(String csv) {
    assertThatThrownBy(() -> read(csv))
        .isInstanceOfSatisfying(
            FlotillaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.DATASET_INVALID));
  }

  private static List<List<String>> read(String csv) throws IOException {
    return read(csv.getBytes(UTF_8));
  }

  private static List<List<String>> read(byte[] csv) throws IOException {
    List<List<String>> rows = new ArrayList<>();
    try (CsvReader reader = new CsvReader(new ByteArrayInputStream(csv))) {
      for (Optional<List<String>> row = reader.next(); row.isPresent(); row = reader.next()) {
        rows.add(row.get());
      }
      assertThat(reader.rows()).isEqualTo(rows.size());
    }
    return rows;
  }
}
