package io.flotilla.conversion.report;

import static io.flotilla.conversion.fixture.Graphs.FLOAT;
import static io.flotilla.conversion.fixture.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.tensor.Elements;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.conversion.fixture.Graphs;
import io.flotilla.conversion.graph.Nodes;
import io.flotilla.conversion.variant.VariantKind;
import io.flotilla.hardware.LoadOptions;
import io.flotilla.hardware.LoadedModel;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VariantBuilderTest {
  private static final int FEATURES = 32;
  private static final int CLASSES = 48;
  private static final long SEED = 42;

  @TempDir Path folder;

  private final VariantBuilder builder = new VariantBuilder();

  @ParameterizedTest
  @EnumSource(VariantKind.class)
  void labelledRowsTellTheAccuracyOfBoth(VariantKind kind) throws IOException {
    Path original = nearestCentre().write(folder.resolve("m.onnx"), 13);
    Path out = folder.resolve("v.onnx");

    VariantReport report =
        builder.build(original, kind, out, labelled(200, 0.4), Tolerance.defaultFor(kind));

    Change accuracy = report.accuracy().orElseThrow();
    assertThat(accuracy.before()).isGreaterThan(0.9).isLessThan(1.0001);
    assertThat(accuracy.after()).isGreaterThan(accuracy.before() - 0.02);
    assertThat(report.samples().labelled()).isEqualTo(200);
    assertThat(report.samples().randomSeed()).isEmpty();
    assertThat(report.sizeBytes().after()).isEqualTo((double) Files.size(out));
    assertThat(report.sizeBytes().before()).isEqualTo((double) Files.size(original));
    assertThat(report.p50Micros().before()).isPositive();
    assertThat(report.p50Micros().after()).isPositive();
    assertThat(report.outputs()).singleElement().returns("y", OutputDifference::output);
    assertThat(report.outputs().getFirst().agreement().orElseThrow()).isGreaterThan(0.9);
    assertThat(report.runtime()).contains("CPU");
  }

  @Test
  void randomRowsAreSaidToBeRandomAndAreTheSameForTheSameSeed() {
    Path original = nearestCentre().write(folder.resolve("m.onnx"), 13);
    Tolerance tolerance = Tolerance.defaultFor(VariantKind.INT8_DYNAMIC);

    VariantReport first = build(original, new SampleRows.Seeded(SEED, 8), tolerance);
    VariantReport second = build(original, new SampleRows.Seeded(SEED, 8), tolerance);
    VariantReport other = build(original, new SampleRows.Seeded(SEED + 100, 8), tolerance);

    assertThat(first.samples().randomSeed()).hasValue(SEED);
    assertThat(first.samples().rows()).isEqualTo(8);
    assertThat(first.accuracy()).isEmpty();
    assertThat(second.outputs()).isEqualTo(first.outputs());
    assertThat(other.outputs()).isNotEqualTo(first.outputs());
  }

  @Test
  void aRefusedVariantLeavesNoFileAndTheOldOneStays() throws IOException {
    Path original = nearestCentre().write(folder.resolve("m.onnx"), 13);
    Path out = Files.writeString(folder.resolve("v.onnx"), "before");

    refused(
        ErrorCode.CONVERSION_INTOLERABLE,
        () -> build(original, new SampleRows.Seeded(SEED, 8), new Tolerance(0, 0, 0)),
        "largest difference of y",
        "allowed 0");

    assertThat(out).hasContent("before");
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactlyInAnyOrder(original, out);
    }
  }

  @Test
  void aDropOfAccuracyAloneIsRefused() {
    Path original = nearestCentre().write(folder.resolve("m.onnx"), 13);
    List<Map<String, Tensor>> rows = labelled(400, 3).rows();
    List<Long> answers = new ArrayList<>();
    try (LoadedModel model = OnnxAccelerators.cpu().load(original, LoadOptions.DEFAULT)) {
      for (Map<String, Tensor> row : rows) {
        Tensor scores = model.run(row).values().iterator().next();
        answers.add((long) Elements.of(scores).largest(0, CLASSES));
      }
    }

    // Labels that the original gets right by their making, and rows far from all centres.
    refused(
        ErrorCode.CONVERSION_INTOLERABLE,
        () -> build(original, given("y", answers, rows), new Tolerance(1e9, 1e9, 0)),
        "drop of accuracy");
    assertThat(folder.resolve("v.onnx")).doesNotExist();
  }

  @Test
  void labelsOfIntegerOutputsAreCompared() {
    Graphs graphs =
        new Graphs()
            .input("x", FLOAT, "n", FEATURES)
            .weights("W", 1, FEATURES, CLASSES)
            .node("MatMul", "s", List.of("x", "W"))
            .node(
                "ArgMax",
                "label",
                List.of("s"),
                Nodes.attribute("axis", 1L),
                Nodes.attribute("keepdims", 0L))
            .output("label", Graphs.INT64, "n");
    Path original = graphs.write(folder.resolve("m.onnx"), 13);
    List<Map<String, Tensor>> rows = labelled(50, 0.4).rows();
    Labels labels = new Labels("label", Collections.nCopies(50, 0L));

    VariantReport report =
        build(
            original,
            new SampleRows.Given(rows, Optional.of(labels)),
            Tolerance.defaultFor(VariantKind.INT8_DYNAMIC));

    assertThat(report.outputs().getFirst().counted()).isTrue();
    assertThat(report.outputs().getFirst().agreement().orElseThrow()).isGreaterThan(0.8);
    assertThat(report.accuracy()).isPresent();
  }

  @Test
  void rowsAndLabelsThatDoNotFitAreRefused() {
    Path original = nearestCentre().write(folder.resolve("m.onnx"), 13);
    Tolerance tolerance = Tolerance.defaultFor(VariantKind.INT8_DYNAMIC);
    List<Map<String, Tensor>> two = labelled(2, 0.4).rows();
    Tensor pair = Tensor.ofFloats(List.of(2L, (long) FEATURES), new float[2 * FEATURES]);

    refused(ErrorCode.INPUT_INVALID, () -> new SampleRows.Given(List.of(), Optional.empty()));
    refused(ErrorCode.INPUT_INVALID, () -> new SampleRows.Seeded(1, SampleRows.MAX_ROWS + 1));
    refused(
        ErrorCode.INPUT_INVALID,
        () -> new SampleRows.Given(two, Optional.of(new Labels("y", List.of(1L)))),
        "2 rows and 1 labels");
    refused(
        ErrorCode.INPUT_INVALID,
        () -> build(original, given("z", List.of(1L, 1L), two), tolerance),
        "no output z");
    refused(
        ErrorCode.INPUT_INVALID,
        () -> build(original, given("y", List.of(1L), List.of(Map.of("x", pair))), tolerance),
        "not one answer per call");
    refused(
        ErrorCode.INPUT_INVALID,
        () ->
            builder.build(
                original, VariantKind.FP16, original, new SampleRows.Seeded(1, 1), tolerance),
        "replace its original");
  }

  @Test
  void aModelThatRandomRowsDoNotSuitIsRefusedWithTheRemedy() {
    Path original =
        new Graphs()
            .input("x", FLOAT, "n", "length")
            .weights("W", 0.2, 32, 32)
            .node("MatMul", "y", List.of("x", "W"))
            .output("y", FLOAT, "n", 32)
            .write(folder.resolve("m.onnx"), 13);

    refused(
        ErrorCode.INPUT_INVALID,
        () ->
            build(
                original,
                new SampleRows.Seeded(SEED, 1),
                Tolerance.defaultFor(VariantKind.INT8_DYNAMIC)),
        "give real rows");
    assertThat(folder.resolve("v.onnx")).doesNotExist();
  }

  private VariantReport build(Path original, SampleRows rows, Tolerance tolerance) {
    return builder.build(
        original, VariantKind.INT8_DYNAMIC, folder.resolve("v.onnx"), rows, tolerance);
  }

  private static SampleRows.Given given(
      String output, List<Long> labels, List<Map<String, Tensor>> rows) {
    return new SampleRows.Given(rows, Optional.of(new Labels(output, labels)));
  }

  /** The largest of {@code 2 x·c − |c|²} is the nearest centre c. */
  private static Graphs nearestCentre() {
    float[][] centres = centres();
    float[] weights = new float[FEATURES * CLASSES];
    float[] bias = new float[CLASSES];
    for (int c = 0; c < CLASSES; c++) {
      for (int f = 0; f < FEATURES; f++) {
        weights[f * CLASSES + c] = 2 * centres[c][f];
        bias[c] -= centres[c][f] * centres[c][f];
      }
    }
    return new Graphs()
        .input("x", FLOAT, "n", FEATURES)
        .constant("W", new long[] {FEATURES, CLASSES}, weights)
        .constant("b", new long[] {CLASSES}, bias)
        .node("Gemm", "y", List.of("x", "W", "b"))
        .output("y", FLOAT, "n", CLASSES);
  }

  private static float[][] centres() {
    Random random = new Random(SEED);
    float[][] centres = new float[CLASSES][FEATURES];
    for (float[] centre : centres) {
      for (int f = 0; f < FEATURES; f++) {
        centre[f] = (float) random.nextGaussian();
      }
    }
    return centres;
  }

  /** Rows around the centres, each labelled with its centre. */
  private static SampleRows.Given labelled(int count, double noise) {
    Random random = new Random(SEED + 1);
    float[][] centres = centres();
    List<Map<String, Tensor>> rows = new ArrayList<>();
    List<Long> labels = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int label = random.nextInt(CLASSES);
      float[] x = centres[label].clone();
      for (int f = 0; f < FEATURES; f++) {
        x[f] += (float) (random.nextGaussian() * noise);
      }
      rows.add(Map.of("x", Tensor.ofFloats(List.of(1L, (long) FEATURES), x)));
      labels.add((long) label);
    }
    return new SampleRows.Given(rows, Optional.of(new Labels("y", labels)));
  }
}
