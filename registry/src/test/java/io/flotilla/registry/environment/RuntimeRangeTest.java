package io.flotilla.registry.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RuntimeRangeTest {
  @ParameterizedTest
  @CsvSource({
    ">=1.20 <2, 1.20, true",
    ">=1.20 <2, 1.20.0, true",
    ">=1.20 <2, 1.29.0, true",
    ">=1.20 <2, 1.9, false",
    ">=1.20 <2, 2, false",
    ">=1.20 <2, 2.0.0, false",
    ">=1.20 <2, 1.999999999.999999999, true",
    ">1.20 <=1.22, 1.20.0, false",
    ">1.20 <=1.22, 1.20.1, true",
    ">1.20 <=1.22, 1.22.0, true",
    ">1.20 <=1.22, 1.22.0.1, false",
    "=1.29.0, 1.29, true",
    "=1.29.0, 1.29.1, false",
    ">=1.20 <2, 1.29.0+cuda12, true",
    ">=1.20 <2, 1.29.0-rc1, true",
    "*, 0.1, true",
  })
  void versionsAreComparedNumberByNumber(String range, String version, boolean admitted) {
    assertThat(new RuntimeRange(range).admits(version)).contains(admitted);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "unknown", "1.2.3.4.5", "v1.20", "1..2", "12345678901.0"})
  void whatIsNoVersionIsNotJudged(String version) {
    assertThat(new RuntimeRange(">=1.20").admits(version)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "<2.0.0>=1.20.0, >=1.20 <2",
    "'>= 1.20 , < 2', >=1.20 <2",
    "=1.29.0, =1.29",
    ">=1.5 <=1.5, =1.5",
    "<0, <0",
    " * , *",
  })
  void theSameRangeHasOneForm(String written, String normal) {
    assertThat(new RuntimeRange(written)).isEqualTo(new RuntimeRange(normal));
    assertThat(new RuntimeRange(written).text()).isEqualTo(normal);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1.20",
        "~1.2",
        ">=1.20 or <1",
        ">=",
        ">=1..2",
        ">=2 <1",
        ">1 <1",
        ">=1 <1",
        ">=1 >=2",
        "=1 =2",
        "=1 <2",
        ">=1.2.3.4.5",
        ">=99999999999",
        "<2 *",
        ">=1\u0000"
      })
  void whatIsNoRangeIsRefused(String text) {
    assertThatThrownBy(() -> new RuntimeRange(text))
        .isInstanceOfSatisfying(
            FlotillaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.ENVIRONMENT_INVALID));
  }

  @Test
  void aRangeIsShort() {
    assertThatThrownBy(() -> new RuntimeRange(">=1" + " ".repeat(200) + "<2"))
        .isInstanceOf(FlotillaException.class);
  }
}
