package io.flotilla.conversion;

import static io.flotilla.conversion.fixture.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.conversion.diff.DiffReport;
import io.flotilla.conversion.diff.ModelDiff;
import io.flotilla.conversion.fixture.Graphs;
import io.flotilla.conversion.fixture.SharedData;
import io.flotilla.conversion.report.Change;
import io.flotilla.conversion.report.Labels;
import io.flotilla.conversion.report.SampleRows;
import io.flotilla.conversion.report.Tolerance;
import io.flotilla.conversion.report.VariantBuilder;
import io.flotilla.conversion.report.VariantReport;
import io.flotilla.conversion.variant.VariantKind;
import io.flotilla.conversion.variant.VariantMaker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Models of other people; each test is skipped where they are not beside the checkout. */
class RealModelsTest {
  private static final SampleRows RANDOM = new SampleRows.Seeded(42, 8);

  @TempDir Path folder;

  private final VariantBuilder builder = new VariantBuilder();

  @ParameterizedTest
  @CsvSource({
    "tribuo/cnn_mnist.onnx, FP16, 0.55",
    "tribuo/cnn_mnist.onnx, INT8_DYNAMIC, 0.32",
    "tribuo/cnn_mnist.onnx, INT8_WEIGHTS, 0.32",
    "tribuo/iris-lr-model.onnx, FP16, 1.1",
    "tribuo/tinybert.onnx, FP16, 0.55",
    "tribuo/tinybert.onnx, INT8_DYNAMIC, 0.85",
    "tribuo/tinybert.onnx, INT8_WEIGHTS, 0.32",
    "ultraface/version-RFB-320.onnx, FP16, 0.55",
    "ultraface/version-RFB-320.onnx, INT8_WEIGHTS, 0.35",
    "ultraface/version-RFB-320_simplified.onnx, FP16, 0.55",
    "ultraface/version-RFB-320_simplified.onnx, INT8_DYNAMIC, 0.35",
    "ultraface/version-RFB-320_simplified.onnx, INT8_WEIGHTS, 0.35",
    "magika/standard_v3_2/model.onnx, FP16, 0.55",
    "magika/standard_v3_2/model.onnx, INT8_DYNAMIC, 0.3",
    "magika/standard_v3_2/model.onnx, INT8_WEIGHTS, 0.3",
    "ort-testdata/winml_mnist.onnx, FP16, 0.55",
    "ort-testdata/winml_mnist.onnx, INT8_DYNAMIC, 0.7",
    "ort-testdata/winml_mnist.onnx, INT8_WEIGHTS, 0.4"
  })
  void variantsLoadStayWithinToleranceAndShrink(String name, VariantKind kind, double share) {
    Path original = SharedData.file(name);
    Path out = folder.resolve("v.onnx");

    VariantReport report = builder.build(original, kind, out, RANDOM, Tolerance.defaultFor(kind));

    assertThat(out).isRegularFile();
    assertThat(report.sizeBytes().ratio()).isLessThan(share);
    assertThat(report.rewrite().changed()).isNotEmpty();
    assertThat(report.outputs()).allSatisfy(o -> assertThat(o.broken()).isZero());
  }

  @ParameterizedTest
  @CsvSource({
    "tribuo/iris-lr-model.onnx, INT8_DYNAMIC, CONVERSION_FAILED, fewer than 256",
    "tribuo/iris-lr-model.onnx, INT8_WEIGHTS, CONVERSION_FAILED, fewer than 1024",
    "tribuo/lr_mnist.onnx, FP16, MODEL_UNSUPPORTED, output_probability",
    "ultraface/version-RFB-320.onnx, INT8_DYNAMIC, CONVERSION_FAILED, Slice",
    "minilm-q/all-minilm-l6-v2-q.onnx, INT8_DYNAMIC, CONVERSION_FAILED, no FP32 constant",
    "minilm-q/all-minilm-l6-v2-q.onnx, INT8_WEIGHTS, CONVERSION_INTOLERABLE, last_hidden_state",
    "ort-testdata/attention_past_state.onnx, INT8_DYNAMIC, CONVERSION_FAILED, no FP32 constant",
    "ort-testdata/attention_past_state.onnx, INT8_WEIGHTS, CONVERSION_FAILED, fewer than 1024",
    "ort-testdata/attention_past_state.u8s8.onnx, INT8_DYNAMIC, CONVERSION_FAILED, MatMul",
    "ort-testdata/attention_past_state.u8u8.onnx, INT8_WEIGHTS, CONVERSION_FAILED, nothing",
    "ort-testdata/model_181031_12.onnx, FP16, CONVERSION_FAILED, no operator of ONNX's own",
    "silero-vad/silero_vad_v6.0.onnx, INT8_DYNAMIC, CONVERSION_FAILED, subgraph",
    "silero-vad/silero_vad_v6.0.onnx, INT8_WEIGHTS, CONVERSION_FAILED, subgraph"
  })
  void whatCannotBeConvertedIsRefusedWithTheReason(
      String name, VariantKind kind, ErrorCode code, String reason) {
    Path original = SharedData.file(name);
    Path out = folder.resolve("v.onnx");

    refused(
        code, () -> builder.build(original, kind, out, RANDOM, Tolerance.defaultFor(kind)), reason);
    assertThat(folder).isEmptyDirectory();
  }

  @ParameterizedTest
  @EnumSource(VariantKind.class)
  void accuracyOnRealDigitsIsKept(VariantKind kind) throws IOException {
    List<double[]> digits = digits(SharedData.file("sklearn-toy/digits.csv.gz"));
    Path original = nearestMean(digits.subList(0, 1000)).write(folder.resolve("m.onnx"), 13);
    List<Map<String, Tensor>> rows = new ArrayList<>();
    List<Long> labels = new ArrayList<>();
    for (double[] digit : digits.subList(1000, digits.size())) {
      float[] x = new float[64];
      for (int i = 0; i < 64; i++) {
        x[i] = (float) digit[i];
      }
      rows.add(Map.of("x", Tensor.ofFloats(List.of(1L, 64L), x)));
      labels.add((long) digit[64]);
    }
    assertThat(rows).hasSize(797);

    if (kind == VariantKind.INT8_WEIGHTS) {
      refused(
          ErrorCode.CONVERSION_FAILED,
          () -> VariantMaker.make(original, kind, folder.resolve("v.onnx")),
          "fewer than 1024");
      return;
    }
    VariantReport report =
        builder.build(
            original,
            kind,
            folder.resolve("v.onnx"),
            new SampleRows.Given(rows, Optional.of(new Labels("y", labels))),
            Tolerance.defaultFor(kind));

    Change accuracy = report.accuracy().orElseThrow();
    assertThat(accuracy.before()).isBetween(0.8, 0.95);
    assertThat(accuracy.after()).isBetween(accuracy.before() - 0.01, accuracy.before() + 0.01);
  }

  @Test
  void aHalfPrecisionVoiceDetectorLoads() {
    Tensor sound = Tensor.ofFloats(List.of(1L, 512L), new float[512]);
    Tensor state = Tensor.ofFloats(List.of(2L, 1L, 128L), new float[256]);
    Path half = SharedData.file("silero-vad/silero_vad_half.onnx");
    Map<String, Tensor> row = Map.of("input", sound, "state", state);

    VariantReport report =
        builder.build(
            half,
            VariantKind.FP16,
            folder.resolve("v.onnx"),
            new SampleRows.Given(List.of(row), Optional.empty()),
            Tolerance.defaultFor(VariantKind.FP16));

    assertThat(report.rewrite().changed()).containsEntry("Conv", 6);
    assertThat(report.rewrite().skipped())
        .anySatisfy(s -> assertThat(s.reason()).contains("subgraph"));
  }

  @Test
  void aRetrainedVoiceDetectorHasTheSameGraphAndOtherWeights() {
    DiffReport diff =
        ModelDiff.between(
            SharedData.file("silero-vad/silero_vad_v5.1.onnx"),
            SharedData.file("silero-vad/silero_vad_v6.0.onnx"));

    assertThat(diff.operators()).isEmpty();
    assertThat(diff.weights().changed()).isPositive();
    assertThat(diff.weights().added() + diff.weights().removed() + diff.weights().reshaped())
        .isZero();
    assertThat(diff.words())
        .contains("Inputs and outputs are the same.")
        .anySatisfy(line -> assertThat(line).startsWith("The graph is the same"));
  }

  @Test
  void aSimplifiedFaceDetectorHasFewerOperators() {
    DiffReport diff =
        ModelDiff.between(
            SharedData.file("ultraface/version-RFB-320.onnx"),
            SharedData.file("ultraface/version-RFB-320_simplified.onnx"));

    assertThat(diff.words())
        .contains("Inputs and outputs are the same.")
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith("Operators: ")
                    .contains("35 × BatchNormalization removed"));
    assertThat(diff.nodes().removed()).isGreaterThan(35);
    assertThat(diff.weights().more()).isPositive();
  }

  private static List<double[]> digits(Path file) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
      return lines
          .lines()
          .map(line -> Arrays.stream(line.split(",")).mapToDouble(Double::parseDouble).toArray())
          .toList();
    }
  }

  /** The largest of {@code 2 x·m − |m|²} is the nearest mean m. */
  private static Graphs nearestMean(List<double[]> digits) {
    double[][] means = new double[10][64];
    int[] counts = new int[10];
    for (double[] digit : digits) {
      counts[(int) digit[64]]++;
      for (int i = 0; i < 64; i++) {
        means[(int) digit[64]][i] += digit[i];
      }
    }
    float[] weights = new float[64 * 10];
    float[] bias = new float[10];
    for (int c = 0; c < 10; c++) {
      for (int i = 0; i < 64; i++) {
        double mean = means[c][i] / counts[c];
        weights[i * 10 + c] = (float) (2 * mean);
        bias[c] -= (float) (mean * mean);
      }
    }
    return new Graphs()
        .input("x", Graphs.FLOAT, "n", 64)
        .constant("W", new long[] {64, 10}, weights)
        .constant("b", new long[] {10}, bias)
        .node("Gemm", "y", List.of("x", "W", "b"))
        .output("y", Graphs.FLOAT, "n", 10);
  }
}
