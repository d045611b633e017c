package io.flotilla.conversion.variant;

import static io.flotilla.conversion.fixture.Graphs.FLOAT;
import static io.flotilla.conversion.fixture.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.conversion.fixture.Graphs;
import io.flotilla.conversion.graph.Nodes;
import io.flotilla.conversion.graph.OnnxFiles;
import io.flotilla.conversion.graph.TensorValues;
import io.flotilla.hardware.LoadOptions;
import io.flotilla.hardware.LoadedModel;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class VariantMakerTest {
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(VariantKind.class)
  void theSameModelGivesTheSameBytesAndAnswersAlike(VariantKind kind) throws IOException {
    Path original = Graphs.classifier(64, 48, 10).write(folder.resolve("m.onnx"), 13);
    Path a = folder.resolve("a.onnx");
    Path b = folder.resolve("b.onnx");

    VariantMaker.make(original, kind, a);
    VariantMaker.make(original, kind, b);

    assertThat(Files.mismatch(a, b)).isNegative();
    float[] x = normal(3 * 64);
    assertClose(run(a, 3, x), run(original, 3, x), 0.02);
  }

  @ParameterizedTest
  @CsvSource({"FP16, 0.55", "INT8_DYNAMIC, 0.32", "INT8_WEIGHTS, 0.32"})
  void theFileShrinksAsPromised(VariantKind kind, double share) throws IOException {
    Path original = Graphs.classifier(256, 256, 64).write(folder.resolve("m.onnx"), 13);
    Path out = folder.resolve("v.onnx");

    VariantMaker.make(original, kind, out);

    assertThat((double) Files.size(out) / Files.size(original)).isLessThan(share);
  }

  @Test
  void productsKeepTheirFactorsAndTransposition() {
    Path original =
        new Graphs()
            .input("x", FLOAT, "n", 32)
            .weights("W", 0.2, 16, 32)
            .weights("c", 1, 16)
            .node(
                "Gemm",
                "y",
                List.of("x", "W", "c"),
                Nodes.attribute("alpha", 0.5f),
                Nodes.attribute("beta", 2f),
                Nodes.attribute("transB", 1L))
            .output("y", FLOAT, "n", 16)
            .write(folder.resolve("m.onnx"), 11);
    Path out = folder.resolve("v.onnx");

    Rewrite rewrite = VariantMaker.make(original, VariantKind.INT8_DYNAMIC, out);

    assertThat(rewrite.changed()).containsExactly(Map.entry("Gemm", 1));
    float[] x = normal(4 * 32);
    assertClose(run(out, 4, x), run(original, 4, x), 0.05);
    assertThat(Graphs.operators(out))
        .contains("DynamicQuantizeLinear", "MatMulInteger")
        .doesNotContain("Gemm");
  }

  @Test
  void productsOfOneInputShareItsScale() {
    Path original =
        new Graphs()
            .input("x", FLOAT, "n", 32)
            .weights("A", 0.2, 32, 32)
            .weights("B", 0.2, 32, 32)
            .node("MatMul", "a", List.of("x", "A"))
            .node("MatMul", "b", List.of("x", "B"))
            .node("Add", "y", List.of("a", "b"))
            .output("y", FLOAT, "n", 32)
            .write(folder.resolve("m.onnx"), 13);
    Path out = folder.resolve("v.onnx");

    VariantMaker.make(original, VariantKind.INT8_DYNAMIC, out);

    assertThat(Graphs.operators(out).stream().filter("DynamicQuantizeLinear"::equals)).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(VariantKind.class)
  void convolutionsKeepStridesGroupsPaddingAndBias(VariantKind kind) {
    Path original =
        new Graphs()
            .input("x", FLOAT, "n", 8, 12, 12)
            .weights("W", 0.2, 32, 4, 5, 5)
            .weights("b", 1, 32)
            .node(
                "Conv",
                "y",
                List.of("x", "W", "b"),
                Graphs.ints("strides", 2, 1),
                Graphs.ints("pads", 1, 2, 2, 0),
                Nodes.attribute("group", 2L))
            .output("y", FLOAT, "n", 32, "h", "w")
            .write(folder.resolve("m.onnx"), 13);
    Path out = folder.resolve("v.onnx");

    Rewrite rewrite = VariantMaker.make(original, kind, out);

    assertThat(rewrite.changed()).containsEntry("Conv", 1);
    Tensor x = Tensor.ofFloats(List.of(2L, 8L, 12L, 12L), normal(2 * 8 * 12 * 12));
    Tensor expected = run(original, x);
    Tensor actual = run(out, x);
    assertThat(actual.shape()).isEqualTo(expected.shape());
    assertClose(actual.toFloats(), expected.toFloats(), 0.1);
  }

  @Test
  void aMaskBeyondHalfPrecisionNeitherOverflowsNorSpreads() {
    Path original =
        new Graphs()
            .input("x", FLOAT, "n", 32)
            .input("mask", FLOAT, "n", 32)
            .constant("far", new long[] {}, -1e9f)
            .weights("W", 0.2, 32, 32)
            .node("MatMul", "s", List.of("x", "W"))
            .node("Mul", "m", List.of("mask", "far"))
            .node("Add", "masked", List.of("s", "m"))
            .node("Softmax", "y", List.of("masked"), Nodes.attribute("axis", -1L))
            .output("y", FLOAT, "n", 32)
            .write(folder.resolve("m.onnx"), 13);
    Path out = folder.resolve("v.onnx");

    Rewrite rewrite = VariantMaker.make(original, VariantKind.FP16, out);

    assertThat(rewrite.skipped())
        .singleElement()
        .satisfies(
            skipped -> {
              assertThat(skipped.operator()).isEqualTo("Mul");
              assertThat(skipped.reason()).contains("65504");
            });
    float[] all = new float[32];
    Arrays.fill(all, 1);
    Tensor mask = Tensor.ofFloats(List.of(1L, 32L), all);
    Tensor x = Tensor.ofFloats(List.of(1L, 32L), normal(32));
    Map<String, Tensor> inputs = Map.of("x", x, "mask", mask);
    assertClose(run(out, inputs).toFloats(), new float[] {1f / 32, 1f / 32}, 0.02);
  }

  @Test
  void whatWouldVanishOrLoseTooMuchStaysInFullPrecision() {
    Path original =
        new Graphs()
            .input("x", FLOAT, "n", 32)
            .constant("tiny", new long[] {}, 1e-12f)
            .constant("two", new long[] {}, 2f)
            .weights("W", 0.2, 32, 32)
            .node("MatMul", "s", List.of("x", "W"))
            .node("Pow", "p", List.of("s", "two"))
            .node("Add", "e", List.of("p", "tiny"))
            .node("Sqrt", "r", List.of("e"))
            .node("Div", "y", List.of("s", "r"))
            .output("y", FLOAT, "n", 32)
            .write(folder.resolve("m.onnx"), 13);
    Path out = folder.resolve("v.onnx");

    Rewrite rewrite = VariantMaker.make(original, VariantKind.FP16, out);

    assertThat(rewrite.changed()).containsOnlyKeys("MatMul", "Div");
    assertThat(rewrite.skipped().stream().map(Skipped::operator))
        .containsExactly("Add", "Pow", "Sqrt");
    // Zeros in, zeros out: an epsilon of 0 would make them 0 / 0.
    assertThat(run(out, 1, new float[32])).containsOnly(0f);
  }

  @ParameterizedTest
  @EnumSource(
      value = VariantKind.class,
      names = {"FP16", "INT8_WEIGHTS"})
  void subgraphsSeeTheSameValuesAsBefore(VariantKind kind) {
    Graphs then = new Graphs().node("MatMul", "t", List.of("x", "W")).output("t", FLOAT, "n", 64);
    Graphs otherwise = new Graphs().node("Neg", "e", List.of("h")).output("e", FLOAT, "n", 64);
    Path original =
        new Graphs()
            .input("x", FLOAT, "n", 64)
            .input("which", Graphs.BOOL)
            .weights("W", 0.1, 64, 64)
            .node("MatMul", "h", List.of("x", "W"))
            .node(
                "If",
                "y",
                List.of("which"),
                Graphs.graph("then_branch", then),
                Graphs.graph("else_branch", otherwise))
            .output("y", FLOAT, "n", 64)
            .write(folder.resolve("m.onnx"), 13);
    Path out = folder.resolve("v.onnx");

    Rewrite rewrite = VariantMaker.make(original, kind, out);

    if (kind == VariantKind.FP16) {
      assertThat(rewrite.skipped()).anySatisfy(s -> assertThat(s.reason()).contains("subgraph"));
    }
    Tensor x = Tensor.ofFloats(List.of(1L, 64L), normal(64));
    for (byte which : new byte[] {0, 1}) {
      Tensor flag = new Tensor(ElementType.BOOL, List.of(), ByteBuffer.wrap(new byte[] {which}));
      Map<String, Tensor> inputs = Map.of("x", x, "which", flag);
      assertClose(run(out, inputs).toFloats(), run(original, inputs).toFloats(), 0.02);
    }
  }

  @Test
  void weightsOfOperatorsWithoutAHalfFormAreStoredInHalf() throws IOException {
    Path original =
        new Graphs()
            .input("x", FLOAT, "t", "n", 16)
            .weights("W", 0.2, 1, 128, 16)
            .weights("R", 0.2, 1, 128, 32)
            .node("LSTM", "y", List.of("x", "W", "R"), Nodes.attribute("hidden_size", 32L))
            .output("y", FLOAT, "t", 1, "n", 32)
            .write(folder.resolve("m.onnx"), 14);
    Path out = folder.resolve("v.onnx");

    Rewrite rewrite = VariantMaker.make(original, VariantKind.FP16, out);

    assertThat(rewrite.changed()).containsExactly(Map.entry("LSTM", 1));
    assertThat((double) Files.size(out) / Files.size(original)).isLessThan(0.55);
    Tensor x = Tensor.ofFloats(List.of(5L, 2L, 16L), normal(5 * 2 * 16));
    assertClose(run(out, x).toFloats(), run(original, x).toFloats(), 0.005);
  }

  @Test
  void storedWeightsAreWidenedBeforeTheyAreUsed() {
    Path original =
        new Graphs()
            .input("x", FLOAT, "n", 32)
            .weights("W", 0.2, 32, 32)
            .node("MatMul", "y", List.of("x", "W"))
            .output("y", FLOAT, "n", 32)
            .write(folder.resolve("m.onnx"), 7);
    Path out = folder.resolve("v.onnx");

    VariantMaker.make(original, VariantKind.INT8_WEIGHTS, out);

    assertThat(Graphs.operators(out)).containsExactly("Cast", "Mul", "MatMul");
    float[] identity = new float[32 * 32];
    float[] weights = TensorValues.floats(OnnxFiles.read(original).getGraph().getInitializer(0));
    for (int i = 0; i < 32; i++) {
      identity[i * 33] = 1;
    }
    // The identity times the weights gives them back: each within half a step of its column.
    assertClose(run(out, 32, identity), weights, largest(weights) / 127 / 2 * 1.001);
  }

  @Test
  void tablesHaveAScalePerRow() {
    Path original =
        new Graphs()
            .input("i", Graphs.INT64, "n")
            .weights("table", 1, 100, 32)
            .node("Gather", "y", List.of("table", "i"))
            .output("y", FLOAT, "n", 32)
            .write(folder.resolve("m.onnx"), 13);
    Path out = folder.resolve("v.onnx");

    VariantMaker.make(original, VariantKind.INT8_WEIGHTS, out);

    ModelProto variant = OnnxFiles.read(out);
    assertThat(variant.getGraph().getInitializerList())
        .anySatisfy(
            t -> {
              assertThat(t.getName()).isEqualTo("table_scale");
              assertThat(t.getDimsList()).containsExactly(100L, 1L);
            });
    Map<String, Tensor> inputs = Map.of("i", Tensor.ofLongs(List.of(2L), 3, 99));
    assertClose(run(out, inputs).toFloats(), run(original, inputs).toFloats(), 0.02);
  }

  @Test
  void constantsThatAreNodesOrInputsWithADefaultAreConverted() {
    Graphs graphs = Graphs.classifier(64, 48, 32);
    ModelProto model = graphs.input("W1", FLOAT, 64, 48).model(3, 9);
    TensorProto w2 = model.getGraph().getInitializer(2);
    ModelProto.Builder changed = model.toBuilder();
    changed.getGraphBuilder().removeInitializer(2);
    changed
        .getGraphBuilder()
        .addNode(
            0,
            Nodes.of(
                "Constant",
                List.of(),
                List.of("W2"),
                AttributeProto.newBuilder()
                    .setName("value")
                    .setType(AttributeProto.AttributeType.TENSOR)
                    .setT(w2)
                    .build()));
    Path original = folder.resolve("m.onnx");
    OnnxFiles.write(changed.build(), original);
    Path out = folder.resolve("v.onnx");

    Rewrite rewrite = VariantMaker.make(original, VariantKind.INT8_DYNAMIC, out);

    assertThat(rewrite.changed()).containsExactly(Map.entry("Gemm", 2));
    assertThat(OnnxFiles.read(out).getOpsetImport(0).getVersion()).isEqualTo(11);
    float[] x = normal(64);
    assertClose(run(out, 1, x), run(original, 1, x), 0.02);
  }

  @Test
  void anOpsetThatCannotBeRaisedSafelyIsRefused() {
    Path sliced =
        new Graphs()
            .input("x", FLOAT, "n", 32)
            .weights("W", 0.2, 32, 32)
            .node(
                "Slice",
                "s",
                List.of("x"),
                Graphs.ints("starts", 0),
                Graphs.ints("ends", 32),
                Graphs.ints("axes", 1))
            .node("MatMul", "y", List.of("s", "W"))
            .output("y", FLOAT, "n", 32)
            .write(folder.resolve("sliced.onnx"), 9);
    Path ancient = Graphs.classifier(64, 48, 10).write(folder.resolve("ancient.onnx"), 6);
    Path out = folder.resolve("v.onnx");

    refused(
        ErrorCode.CONVERSION_FAILED,
        () -> VariantMaker.make(sliced, VariantKind.INT8_DYNAMIC, out),
        "Slice",
        "opset 10");
    refused(
        ErrorCode.CONVERSION_FAILED,
        () -> VariantMaker.make(ancient, VariantKind.FP16, out),
        "opset 6",
        "export it anew");
    assertThat(out).doesNotExist();
  }

  @Test
  void aModelWithNothingToConvertIsRefusedWithTheReasons() {
    Path small = Graphs.classifier(4, 3, 2).write(folder.resolve("small.onnx"), 13);
    Path out = folder.resolve("v.onnx");

    refused(
        ErrorCode.CONVERSION_FAILED,
        () -> VariantMaker.make(small, VariantKind.INT8_DYNAMIC, out),
        "nothing",
        "2 × Gemm",
        "256");
    refused(
        ErrorCode.CONVERSION_FAILED,
        () -> VariantMaker.make(small, VariantKind.INT8_WEIGHTS, out),
        "1024");
    assertThat(out).doesNotExist();
  }

  @Test
  void weightsThatAreNoNumberAreLeft() {
    Graphs graphs = new Graphs().input("x", FLOAT, "n", 32);
    float[] values = new float[32 * 32];
    values[7] = Float.NaN;
    Path original =
        graphs
            .constant("W", new long[] {32, 32}, values)
            .node("MatMul", "y", List.of("x", "W"))
            .output("y", FLOAT, "n", 32)
            .write(folder.resolve("m.onnx"), 13);

    refused(
        ErrorCode.CONVERSION_FAILED,
        () -> VariantMaker.make(original, VariantKind.INT8_DYNAMIC, folder.resolve("v.onnx")),
        "not finite");
  }

  @Test
  void truncatedWeightsAreRefused() {
    ModelProto.Builder model = Graphs.classifier(64, 48, 10).model(8, 13).toBuilder();
    TensorProto w = model.getGraph().getInitializer(0);
    model
        .getGraphBuilder()
        .setInitializer(0, w.toBuilder().setRawData(w.getRawData().substring(4)));
    Path original = folder.resolve("m.onnx");
    OnnxFiles.write(model.build(), original);

    for (VariantKind kind : VariantKind.values()) {
      refused(
          ErrorCode.MODEL_MALFORMED,
          () -> VariantMaker.make(original, kind, folder.resolve("v.onnx")),
          "fewer values than its shape says");
    }
    assertThat(TensorValues.elements(w)).isEqualTo(64 * 48);
  }

  private static float[] normal(int count) {
    Random random = new Random(7);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static double largest(float[] values) {
    double largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  private static float[] run(Path model, int rows, float[] x) {
    return run(model, Tensor.ofFloats(List.of((long) rows, (long) x.length / rows), x)).toFloats();
  }

  private static Tensor run(Path model, Tensor x) {
    return run(model, Map.of("x", x));
  }

  private static Tensor run(Path model, Map<String, Tensor> inputs) {
    try (LoadedModel loaded = OnnxAccelerators.cpu().load(model, LoadOptions.DEFAULT)) {
      return loaded.run(inputs).values().iterator().next();
    }
  }

  private static void assertClose(float[] actual, float[] expected, double most) {
    assertThat(expected).isNotEmpty();
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) actual[i]).as("value %d", i).isCloseTo(expected[i], Offset.offset(most));
    }
  }
}
