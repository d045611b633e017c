package io.flotilla.registry.dataset.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextValuesTest {
  @ParameterizedTest
  @CsvSource({
    "0,0",
    "-7,-7",
    "+7,7",
    "007,7",
    "9223372036854775807,9223372036854775807",
    "-9223372036854775808,-9223372036854775808"
  })
  void wholeNumbersThatFit(String text, long value) {
    assertThat(TextValues.of(text)).isEqualTo(new Value.Whole(value));
  }

  @ParameterizedTest
  @CsvSource({
    "9223372036854775808,9.223372036854775808E18",
    "1.5,1.5",
    "-.5,-0.5",
    "5.,5",
    "1e3,1000",
    "-1.25E-2,-0.0125",
    "1e999,Infinity",
    "nan,NaN",
    "NaN,NaN",
    "-inf,-Infinity",
    "Infinity,Infinity"
  })
  void otherNumbers(String text, double value) {
    assertThat(TextValues.of(text)).isEqualTo(new Value.Real(value, text));
  }

  @ParameterizedTest
  @CsvSource({
    "2026-01-31,2026-01-31T00:00:00Z",
    "2026-01-31 04:05,2026-01-31T04:05:00Z",
    "2026-01-31T04:05:06.25,2026-01-31T04:05:06.250Z",
    "2026-01-31T04:05:06Z,2026-01-31T04:05:06Z",
    "2026-01-31 04:05:06+02:00,2026-01-31T02:05:06Z"
  })
  void moments(String text, Instant at) {
    assertThat(TextValues.of(text)).isEqualTo(new Value.Moment(at, text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        " 1",
        "1 ",
        "1.2.3",
        "-",
        "+",
        ".",
        "e5",
        "1e",
        "1e+",
        "0x10",
        "1f",
        "1d",
        "1_000",
        "१२",
        "2026-02-30",
        "2026-1-31",
        "2026-01-31X04:05",
        "2026-01-31T25:00",
        "truth",
        "n",
        "nano",
        "infinite",
        "12:30"
      })
  void everythingElseIsText(String text) {
    assertThat(TextValues.of(text)).isEqualTo(new Value.Text(text));
  }

  @Test
  void truthsAndNothing() {
    assertThat(TextValues.of("TRUE")).isEqualTo(new Value.Truth(true));
    assertThat(TextValues.of("False")).isEqualTo(new Value.Truth(false));
    assertThat(TextValues.of("")).isEqualTo(Value.Missing.MISSING);
  }

  @Test
  void longRowsOfDigitsAreNoNumbers() {
    assertThat(TextValues.of("1".repeat(401))).isInstanceOf(Value.Text.class);
    assertThat(TextValues.of("1".repeat(400))).isInstanceOf(Value.Real.class);
  }

  @Test
  void equalNumbersHaveOneKey() {
    assertThat(new Value.Whole(5).key()).isEqualTo(new Value.Real(5, "5.00").key()).isEqualTo("5");
    assertThat(new Value.Real(0.1, "0.10").key()).isEqualTo("0.1");
  }
}
