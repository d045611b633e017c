package io.flotilla.retraining.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.hardware.LoadOptions;
import io.flotilla.hardware.LoadedModel;
import io.flotilla.hardware.inspect.OnnxFacts;
import io.flotilla.hardware.inspect.OnnxInspector;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import io.flotilla.retraining.fixture.Marks;
import io.flotilla.retraining.fixture.Quiet;
import io.flotilla.retraining.table.Table;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinearTrainerTest {
  private static final LinearSettings SETTINGS = LinearSettings.of(0.0625, 42);

  @TempDir Path directory;

  @BeforeAll
  static void quieten() {
    Quiet.training();
  }

  @Test
  void learnsWhatCanBeLearnt() {
    LinearModel model = LinearTrainer.train(Marks.clean(300, 1), SETTINGS).model();

    assertThat(accuracy(model, Marks.clean(300, 2))).isGreaterThan(0.95);
    assertThat(accuracy(model, Marks.degraded(300, 3, "d"))).isLessThan(0.75);
  }

  @Test
  void sameInputsAndSeedGiveTheSameBytes() {
    TrainedModel first = LinearTrainer.train(Marks.clean(200, 1), SETTINGS);
    TrainedModel second = LinearTrainer.train(Marks.clean(200, 1), SETTINGS);
    TrainedModel other = LinearTrainer.train(Marks.clean(200, 1), LinearSettings.of(0.0625, 43));

    assertThat(second.onnx()).isEqualTo(first.onnx());
    assertThat(second.model()).isEqualTo(first.model());
    assertThat(other.onnx()).isNotEqualTo(first.onnx());
    assertThat(new String(first.onnx(), StandardCharsets.ISO_8859_1))
        .doesNotContain("TRIBUO_PROVENANCE");
  }

  @Test
  void exportedModelScoresRawFeaturesAsTheTrainerDoes() throws IOException {
    Table table = Marks.clean(100, 1);
    TrainedModel trained = LinearTrainer.train(table, SETTINGS);
    Path file = Files.write(directory.resolve("m.onnx"), trained.onnx());
    OnnxFacts facts = OnnxInspector.inspect(file);

    assertThat(facts.inputs().getFirst().name()).isEqualTo(TrainedModel.INPUT);
    assertThat(facts.outputs().getFirst().name()).isEqualTo(TrainedModel.OUTPUT);
    try (LoadedModel model = OnnxAccelerators.cpu().load(file, LoadOptions.DEFAULT)) {
      for (Table.Row row : table.rows()) {
        Tensor input = Tensor.ofFloats(List.of(1L, 9L), row.values());
        Tensor output =
            Objects.requireNonNull(
                model.run(Map.of(TrainedModel.INPUT, input)).get(TrainedModel.OUTPUT));
        double[] expected = trained.model().scores(row.values());
        for (int i = 0; i < expected.length; i++) {
          assertThat((double) output.floats().get(i)).isCloseTo(expected[i], within(1e-5));
        }
      }
    }
  }

  @Test
  void constantFeaturesAndUnsortedNamesKeepTheirPlaces() {
    List<Table.Row> rows = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      rows.add(new Table.Row(new float[] {0, i % 2, 7}, i % 2 == 0 ? "even" : "odd", "reference"));
    }
    LinearModel model =
        LinearTrainer.train(new Table(List.of("z", "a", "m"), rows), LinearSettings.of(1, 1))
            .model();

    assertThat(model.features()).containsExactly("z", "a", "m");
    assertThat(model.labels()).containsExactlyInAnyOrder("even", "odd");
    assertThat(model.labels().get(model.predict(new float[] {0, 1, 7}))).isEqualTo("odd");
    assertThat(model.labels().get(model.predict(new float[] {0, 0, 7}))).isEqualTo("even");
  }

  @Test
  void rowsWithoutLabelsOrWithOneLabelOnlyAreRefused() {
    Table.Row a = new Table.Row(new float[] {1}, "a", "reference");
    Table.Row none = new Table.Row(new float[] {1}, "", "reference");

    assertInvalid(() -> LinearTrainer.train(new Table(List.of("x"), List.of(a, a)), SETTINGS));
    assertInvalid(() -> LinearTrainer.train(new Table(List.of("x"), List.of(a, none)), SETTINGS));
  }

  private static double accuracy(LinearModel model, Table table) {
    long right =
        table.rows().stream()
            .filter(row -> model.labels().get(model.predict(row.values())).equals(row.label()))
            .count();
    return (double) right / table.rows().size();
  }

  private static void assertInvalid(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            FlotillaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.DATASET_INVALID));
  }
}
