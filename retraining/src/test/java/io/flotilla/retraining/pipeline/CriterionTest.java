package io.flotilla.retraining.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CriterionTest {
  @ParameterizedTest
  @CsvSource({
    "a.accuracy >= 0.85, 0.85, 0, true",
    "a.accuracy >= 0.85, 0.8499999, 0, false",
    "a.accuracy > 0.85, 0.85, 0, false",
    "a.log-loss <= 1, 1, 0, true",
    "a.log-loss < 1, 1, 0, false",
    "a.accuracy >= b.accuracy, 0.5, 0.5, true",
    "a.accuracy >= b.accuracy, 0.5, 0.6, false",
    "a.accuracy >= b.accuracy - 0.25, 0.5, 0.75, true",
    "a.accuracy  >=   b.accuracy + 0.25, 0.5, 0.25, true",
    "a.accuracy >= b.accuracy + 0.25, 0.5, 0.3, false",
    "a.accuracy >= -1, NaN, 0, false",
    "a.accuracy <= 1, NaN, 0, false",
    "a.accuracy >= b.accuracy, 1, NaN, false",
  })
  void judges(String text, double a, double b, boolean holds) {
    Criterion criterion = Criterion.parse(text);
    Map<String, Double> metrics =
        Map.of("a.accuracy", a, "a.log-loss", a, "b.accuracy", b, "other.accuracy", 9.0);

    assertThat(criterion.judge(metrics).holds()).isEqualTo(holds);
  }

  @Test
  void saysBothSides() {
    Criterion.Result result =
        Criterion.parse("clean.accuracy >= champion.clean.accuracy - 0.5")
            .judge(Map.of("clean.accuracy", 0.75, "champion.clean.accuracy", 1.0));

    assertThat(result)
        .isEqualTo(
            new Criterion.Result(
                "clean.accuracy >= champion.clean.accuracy - 0.5", 0.75, 0.5, true));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "accuracy >= 0.5",
        "a.accuracy = 0.5",
        "a.accuracy >= ",
        "a.accuracy >= 0.5 - b.accuracy",
        "a.accuracy >= b.accuracy - c.accuracy",
        "a.accuracy >= b.accuracy * 2",
        "a.accuracy >= NaN",
        "0.5 <= a.accuracy",
        "a.accuracy >= 0.5; b.accuracy >= 0",
      })
  void refusesWhatIsNoCriterion(String text) {
    assertThatThrownBy(() -> Criterion.parse(text))
        .isInstanceOfSatisfying(
            FlotillaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.PIPELINE_INVALID));
  }
}
