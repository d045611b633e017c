package io.flotilla.conversion.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RecordedModelsTest {
  @TempDir Path folder;

  static Stream<Recorded> all() {
    return Recorded.ALL.stream();
  }

  @ParameterizedTest
  @MethodSource("all")
  void predictsWhatTheTrainerRecorded(Recorded recorded) {
    Converted converted = Converted.of(recorded.bytes(), recorded.options());

    assertThat(converted.summary().source()).isEqualTo(recorded.source());
    switch (recorded.source()) {
      case XGBOOST_JSON -> converted.classifies(recorded.rows(), recorded.predictions());
      case LIGHTGBM_TEXT, LIGHTGBM_JSON ->
          converted.classifiesBinary(recorded.rows(), recorded.predictions());
      case XGBOOST_DUMP_JSON, XGBOOST_DUMP_TEXT ->
          converted.predicts(recorded.rows(), recorded.predictions());
      case TRIBUO_MODEL -> throw new AssertionError("none is recorded");
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  @Timeout(120)
  void survivesDamage(Recorded recorded) throws IOException {
    Damage.survives(recorded.bytes(), recorded.source(), recorded.options(), folder);
  }

  @ParameterizedTest
  @MethodSource("all")
  void givesTheSameBytesAgain(Recorded recorded) throws IOException {
    byte[] first = Files.readAllBytes(Converted.of(recorded.bytes(), recorded.options()).onnx());
    byte[] second = Files.readAllBytes(Converted.of(recorded.bytes(), recorded.options()).onnx());

    assertThat(first).isEqualTo(second);
  }

  @Test
  void tellsWhatItConverted() {
    TreeSummary summary = Converted.of(Recorded.LIGHTGBM.bytes(), TreeOptions.DEFAULT).summary();

    assertThat(summary.trees()).isEqualTo(6);
    assertThat(summary.nodes()).isBetween(18, 66);
    assertThat(summary.features()).isEqualTo(4);
    assertThat(summary.classes()).containsExactly("0", "1");
    assertThat(summary.objective()).isEqualTo("binary");
    assertThat(summary.columns()).containsExactly("Column_0", "Column_1", "Column_2", "Column_3");
    assertThat(summary.notes()).isEmpty();
  }

  /** XGBoost 3 writes base scores as lists, one number for all classes or one for each. */
  @Test
  void readsTheBaseScoresOfXgboost3() {
    String model = Recorded.XGBOOST.text();
    assertThat(model).contains("\"base_score\":\"5E-1\"");

    for (String base : List.of("[5E-1]", "[5E-1,5E-1,5E-1]", "[1E0, 1E0, 1E0]")) {
      Converted.of(
              model.replace("\"base_score\":\"5E-1\"", "\"base_score\":\"" + base + "\""),
              TreeOptions.DEFAULT)
          .classifies(Recorded.XGBOOST.rows(), Recorded.XGBOOST.predictions());
    }
  }
}
