package io.flotilla.retraining.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TableCsvTest {
  @TempDir Path directory;

  @Test
  void readsFeaturesLabelAndCohortWhereverTheyStand() throws IOException {
    Table table = read("cohort,x,label,y\n,1,a,2.5\ndrifted-1,-3,,0\n");

    assertThat(table.features()).containsExactly("x", "y");
    assertThat(table.rows().get(0).values()).containsExactly(1f, 2.5f);
    assertThat(table.rows().get(0).label()).isEqualTo("a");
    assertThat(table.rows().get(0).cohort()).isEqualTo(Table.REFERENCE);
    assertThat(table.rows().get(1).cohort()).isEqualTo("drifted-1");
    assertThat(table.labelled().rows()).hasSize(1);
  }

  @Test
  void writtenTableReadsBackTheSame() throws IOException {
    Table table = read("x,\"y,z\",label,cohort\n0.1,16,\"a,\"\"b\",c 1\n1e-9,-0.5,b,\n");
    Path copy = directory.resolve("copy.csv");
    TableCsv.write(table, copy);
    Table again = TableCsv.read(copy);

    assertThat(again.features()).isEqualTo(table.features());
    for (int i = 0; i < 2; i++) {
      assertThat(again.rows().get(i).values()).isEqualTo(table.rows().get(i).values());
      assertThat(again.rows().get(i).label()).isEqualTo(table.rows().get(i).label());
      assertThat(again.rows().get(i).cohort()).isEqualTo(table.rows().get(i).cohort());
    }
    TableCsv.write(again, directory.resolve("copy2.csv"));
    assertThat(directory.resolve("copy2.csv")).hasSameBinaryContentAs(copy);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "NaN", "Infinity", "1e99", "1;5"})
  void featuresMustBeFiniteNumbers(String value) {
    assertInvalid(() -> read("x,y\n1,2\n3,\"%s\"\n".formatted(value)), "row 2, column y");
  }

  @Test
  void tableNeedsFeaturesAndRows() {
    assertInvalid(() -> read("label,cohort\na,b\n"), "columns");
    assertInvalid(() -> read("x,label\n"), "row");
    assertInvalid(() -> read("x,label\n1,\n").labelled(), "row");
  }

  @Test
  void tablesBelowEachOtherNeedTheSameFeatures() throws IOException {
    Table first = read("x,y,label\n1,2,a\n");
    Table second = read("x,y,label,cohort\n3,4,b,c\n");

    assertThat(Table.concatenate(List.of(first, second)).rows()).hasSize(2);
    assertInvalid(
        () -> Table.concatenate(List.of(first, read("y,x,label\n1,2,a\n"))), "same order");
  }

  private Table read(String csv) throws IOException {
    Path file = directory.resolve("table.csv");
    Files.writeString(file, csv);
    return TableCsv.read(file);
  }

  private static void assertInvalid(ThrowingCallable call, String part) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATASET_INVALID))
        .hasMessageContaining(part);
  }
}
