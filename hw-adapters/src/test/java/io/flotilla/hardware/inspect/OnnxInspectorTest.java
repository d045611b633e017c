package io.flotilla.hardware.inspect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.manifest.Dimension;
import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.hardware.ModelTensor;
import io.flotilla.hardware.Proto;
import io.flotilla.hardware.SharedData;
import io.flotilla.hardware.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxInspectorTest {
  @TempDir Path folder;

  @Test
  void tellsVersionsTensorsAndNodes() {
    OnnxFacts facts = inspect(TestModels.classifier(64));

    assertThat(facts.irVersion()).isEqualTo(8);
    assertThat(facts.opsets()).isEqualTo(Map.of("ai.onnx", 13L));
    assertThat(facts.producer()).isEqualTo(Optional.of("flotilla-tests 1"));
    assertThat(facts.inputs())
        .containsExactly(
            new ModelTensor(
                "input", ElementType.FP32, List.of(Dimension.open("batch"), Dimension.of(64))));
    assertThat(facts.outputs())
        .containsExactly(
            new ModelTensor(
                "output", ElementType.FP32, List.of(Dimension.open("batch"), Dimension.of(10))));
    assertThat(facts.nodes()).isEqualTo(2);
    assertThat(facts.externalData()).isEmpty();
  }

  @Test
  void leavesOutInputsThatAreInitializers() {
    Proto graph =
        new Proto()
            .message(1, TestModels.node("Add", "output", "input", "w"))
            .message(11, TestModels.tensor("input", TestModels.FLOAT, 2))
            .message(11, TestModels.tensor("w", TestModels.FLOAT, 2))
            .message(12, TestModels.tensor("output", TestModels.FLOAT, 2))
            .message(5, TestModels.weights("w", new Random(42), 2));

    assertThat(inspect(TestModels.model(3, 9, graph)).inputs())
        .extracting(ModelTensor::name)
        .containsExactly("input");
  }

  @Test
  void countsNodesOfSubgraphsToo() {
    Proto branch = new Proto().message(1, TestModels.node("Identity", "y", "x"));
    Proto attribute = new Proto().text(1, "then_branch").message(6, branch).number(20, 5);
    Proto graph =
        new Proto()
            .message(1, TestModels.node("If", "output", "input").message(5, attribute))
            .message(12, TestModels.tensor("output", TestModels.FLOAT, 2));

    assertThat(inspect(TestModels.model(8, 13, graph)).nodes()).isEqualTo(2);
  }

  @Test
  void everyTruncationIsRefusedOrReadAsShorterModel() {
    byte[] whole = TestModels.classifier(4);
    int refused = 0;
    for (int length = 0; length < whole.length; length++) {
      try {
        inspect(Arrays.copyOf(whole, length));
      } catch (FlotillaException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.MODEL_MALFORMED);
        refused++;
      }
    }
    // What remains is cut between two fields of the outermost message: a model without opsets.
    assertThat(refused).isGreaterThanOrEqualTo(whole.length - 2);
  }

  @Test
  void noMutationEndsInAnythingButFactsOrOneOfOurRefusals() {
    byte[] whole = TestModels.classifier(4);
    Random random = new Random(42);
    for (int i = 0; i < 5_000; i++) {
      byte[] mutated = whole.clone();
      for (int n = random.nextInt(4); n >= 0; n--) {
        mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
      }
      try {
        inspect(mutated);
      } catch (FlotillaException e) {
        assertThat(e.code())
            .isIn(ErrorCode.MODEL_MALFORMED, ErrorCode.MODEL_TOO_NEW, ErrorCode.MODEL_UNSUPPORTED);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"8, 27", "13, 9999999999"})
  void refusesNewerOpsets(long irVersion, long opset) {
    assertThatExceptionOfType(FlotillaException.class)
        .isThrownBy(() -> inspect(TestModels.unary("Relu", irVersion, opset)))
        .withMessageContaining("opset of ai.onnx " + opset)
        .returns(ErrorCode.MODEL_TOO_NEW, FlotillaException::code);
  }

  @Test
  void refusesNewerFileFormatsWithBothNumbers() {
    assertThatExceptionOfType(FlotillaException.class)
        .isThrownBy(() -> inspect(TestModels.unary("Relu", 99, 13)))
        .withMessageContaining("IR version 99")
        .withMessageContaining("up to 13")
        .returns(ErrorCode.MODEL_TOO_NEW, FlotillaException::code);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "hello", "PK\u0003\u0004 a zip file", "<html></html>", "{\"a\":1}"})
  void refusesWhatIsNotOnnx(String content) {
    assertThatExceptionOfType(FlotillaException.class)
        .isThrownBy(() -> inspect(content.getBytes(UTF_8)))
        .withMessageStartingWith("model.onnx is truncated or not an ONNX model")
        .returns(ErrorCode.MODEL_MALFORMED, FlotillaException::code);
  }

  @Test
  void refusesFilesThatAreNotThereAndFolders() {
    for (Path path : List.of(folder.resolve("absent.onnx"), folder)) {
      assertThatExceptionOfType(FlotillaException.class)
          .isThrownBy(() -> OnnxInspector.inspect(path))
          .returns(ErrorCode.FILE_MISSING, FlotillaException::code);
    }
  }

  @Test
  void refusesNestingBeyondTheLimit() {
    Proto graph = new Proto();
    for (int i = 0; i <= OnnxLimits.SUBGRAPH_DEPTH; i++) {
      Proto attribute = new Proto().message(6, graph);
      graph = new Proto().message(1, TestModels.node("If", "y", "x").message(5, attribute));
    }
    byte[] deep = TestModels.model(8, 13, graph);

    assertThatExceptionOfType(FlotillaException.class)
        .isThrownBy(() -> inspect(deep))
        .withMessageContaining("more than 32 subgraphs inside each other")
        .returns(ErrorCode.INSPECTION_FAILED, FlotillaException::code);
  }

  @Test
  void refusesMoreDimensionsThanTheLimit() {
    Object[] shape = new Object[OnnxLimits.RANK + 1];
    Arrays.fill(shape, 1);

    assertThatExceptionOfType(FlotillaException.class)
        .isThrownBy(() -> inspect(TestModels.identity(TestModels.FLOAT, shape)))
        .withMessageContaining("more than 32 dimensions");
  }

  @ParameterizedTest
  @ValueSource(ints = {TestModels.STRING, TestModels.FLOAT16, 0, 99, Integer.MAX_VALUE})
  void refusesElementTypesThatCannotBeCarried(int elementType) {
    assertThatExceptionOfType(FlotillaException.class)
        .isThrownBy(() -> inspect(TestModels.identity(elementType, 2)))
        .withMessageContaining("'input'")
        .returns(ErrorCode.MODEL_UNSUPPORTED, FlotillaException::code);
  }

  @ParameterizedTest
  @CsvSource({
    "tribuo/iris-lr-model.onnx, 1, 1",
    "tribuo/tinybert.onnx, 3, 2",
    "ort-testdata/cnn_mnist_pytorch.onnx, 1, 1",
    "silero-vad/silero_vad_v6.0.onnx, 3, 2",
    "minilm-q/all-minilm-l6-v2-q.onnx, 3, 1"
  })
  void readsRealModels(String file, int inputs, int outputs) {
    OnnxFacts facts = OnnxInspector.inspect(SharedData.file(file));

    assertThat(facts.inputs()).hasSize(inputs);
    assertThat(facts.outputs()).hasSize(outputs);
    assertThat(facts.nodes()).isPositive();
    assertThat(facts.opsets()).containsKey("ai.onnx");
  }

  @Test
  void refusesTypesThatNestWithoutEnd() {
    Proto type = new Proto().message(1, new Proto().number(1, TestModels.FLOAT));
    for (int i = 0; i < ProtobufReader.MAX_DEPTH / 2; i++) {
      type = new Proto().message(9, new Proto().message(1, type));
    }
    byte[] deep = withOutput(new Proto().text(1, "output").message(2, type));

    assertThatExceptionOfType(FlotillaException.class)
        .isThrownBy(() -> inspect(deep))
        .withMessageContaining("nested deeper than 100")
        .returns(ErrorCode.MODEL_MALFORMED, FlotillaException::code);
  }

  @ParameterizedTest
  @CsvSource({
    "10, FP16",
    "4, UINT16",
    "8, STRING",
    "16, BF16",
    "17, FP8E4M3FN",
    "23, FP4E2M1",
    "14, COMPLEX64",
    "0, UNDEFINED",
    "99, TYPE_99"
  })
  void readsModelsOfTypesThatCannotBeCarried(int elementType, String name) {
    OnnxFacts facts = read(TestModels.identity(elementType, "n", 2));

    assertThat(facts.carriable()).isFalse();
    assertThat(facts.declaredInputs())
        .containsExactly(
            new DeclaredValue(
                "input",
                name,
                List.of("n", "2"),
                Optional.empty(),
                Optional.of(
                    "is of the type %s: only dense tensors of %s can be carried"
                        .formatted(name, List.of(ElementType.values())))));
    assertThat(facts.contents().valueTypes()).containsExactly(name);
    assertThatExceptionOfType(FlotillaException.class)
        .isThrownBy(facts::inputs)
        .withMessageContaining("the input 'input', which is of the type " + name + ": only dense")
        .returns(ErrorCode.MODEL_UNSUPPORTED, FlotillaException::code);
  }

  @Test
  void readsModelsOfSequencesMapsOptionalAndSparseValues() {
    Proto tensor = new Proto().message(1, new Proto().number(1, TestModels.FLOAT));
    Proto sequence = new Proto().message(4, new Proto().message(1, tensor));
    Proto map = new Proto().message(5, new Proto().number(1, TestModels.INT64).message(2, tensor));
    Proto optional = new Proto().message(9, new Proto().message(1, sequence));
    Proto sparse = new Proto().message(8, new Proto().number(1, TestModels.FLOAT));

    assertThat(outputType(sequence)).isEqualTo("seq(FP32)");
    assertThat(outputType(map)).isEqualTo("map(INT64,FP32)");
    assertThat(outputType(optional)).isEqualTo("optional(seq(FP32))");
    assertThat(outputType(sparse)).isEqualTo("sparse(FP32)");
    assertThat(outputType(new Proto().message(7, new Proto().text(2, "x")))).isEqualTo("opaque");
    assertThat(outputType(new Proto())).isEqualTo("UNDEFINED");
  }

  @Test
  void readsWhatIsTooNewAsAFact() {
    assertThat(read(TestModels.unary("Relu", 99, 13)).tooNew())
        .isEqualTo(Optional.of("the IR version 99 and the runtime reads up to 13"));
    assertThat(read(TestModels.unary("Relu", 8, 27)).tooNew())
        .isEqualTo(Optional.of("the opset of ai.onnx 27 and the runtime reads up to 26"));
    assertThat(read(TestModels.unary("Relu", 8, 26)).tooNew()).isEmpty();
  }

  @Test
  void readsLengthsThatNoTensorHas() {
    DeclaredValue input =
        read(TestModels.identity(TestModels.FLOAT, 1L << 40)).declaredInputs().getFirst();

    assertThat(input.shape()).containsExactly("1099511627776");
    assertThat(input.tensor()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"1099511627776, 1", "65536, 65536"})
  void refusesShapesThatNoTensorHasWithTheInputTheShapeAndTheLimit(long rows, long columns) {
    byte[] model = TestModels.identity(TestModels.FLOAT, "batch", rows, columns);

    assertThatExceptionOfType(FlotillaException.class)
        .isThrownBy(() -> inspect(model))
        .withMessageContaining(
            "model.onnx has the input 'input', which declares the shape [batch, %d, %d]"
                .formatted(rows, columns))
        .withMessageContaining("a tensor has at most %d elements".formatted(Tensor.MAX_ELEMENTS))
        .withMessageNotContaining("dense tensors")
        .returns(ErrorCode.MODEL_UNSUPPORTED, FlotillaException::code);
    assertThat(inspect(TestModels.identity(TestModels.FLOAT, 16_384, 16_384)).inputs()).hasSize(1);
  }

  @Test
  void tellsHowToExportWithoutZipMap() {
    Proto tensor = new Proto().message(1, new Proto().number(1, TestModels.FLOAT));
    Proto map = new Proto().message(5, new Proto().number(1, TestModels.INT64).message(2, tensor));
    Proto type = new Proto().message(4, new Proto().message(1, map));
    Proto output = new Proto().text(1, "output_probability").message(2, type);

    assertThatExceptionOfType(FlotillaException.class)
        .isThrownBy(() -> inspect(withOutput(output)))
        .withMessage(
            "model.onnx has the output 'output_probability', which is of the type"
                + " seq(map(INT64,FP32)): export it without ZipMap, which skl2onnx does with"
                + " options={'zipmap': False}")
        .returns(ErrorCode.MODEL_UNSUPPORTED, FlotillaException::code);
  }

  @Test
  void countsOperatorsByDomainAndOpsetWithThoseOfSubgraphsAndFunctions() {
    Proto branch = new Proto().message(1, TestModels.node("Identity", "y", "x"));
    Proto attribute = new Proto().text(1, "then_branch").message(6, branch).number(20, 5);
    Proto function =
        new Proto()
            .message(7, TestModels.node("Relu", "b", "a"))
            .text(1, "Mine")
            .text(10, "my.company")
            .message(9, new Proto().text(1, "").number(2, 9));
    Proto graph =
        new Proto()
            .message(1, TestModels.node("If", "z", "input").message(5, attribute))
            .message(1, TestModels.node("Identity", "w", "z"))
            .message(1, TestModels.node("Mine", "output", "w").text(7, "my.company"))
            .message(12, TestModels.tensor("output", TestModels.FLOAT, 2));
    byte[] model =
        new Proto()
            .number(1, 8)
            .message(25, function)
            .message(7, graph)
            .message(8, new Proto().text(1, "").number(2, 13))
            .message(8, new Proto().text(1, "my.company").number(2, 1))
            .toBytes();

    OnnxContents contents = read(model).contents();

    assertThat(contents.operators())
        .containsExactly(
            new OperatorUse("ai.onnx", "Identity", 13, 2, 1),
            new OperatorUse("ai.onnx", "If", 13, 1, 1),
            new OperatorUse("ai.onnx", "Relu", 9, 1, 0),
            new OperatorUse("my.company", "Mine", 1, 1, 1));
    assertThat(contents.nodes()).isEqualTo(5);
    assertThat(contents.functions()).containsExactly("my.company:Mine");
  }

  @Test
  void addsUpInitializersByType() {
    Proto nibbles =
        new Proto().number(1, 3).number(1, 3).number(2, 22).text(8, "q").bytes(9, new byte[5]);
    Proto packedDimensions =
        new Proto().bytes(1, new byte[] {2, 5}).number(2, 7).text(8, "p").bytes(7, new byte[10]);
    Proto scalar = new Proto().number(2, 11).text(8, "s").bytes(10, new byte[8]);
    Proto graph =
        new Proto()
            .message(5, TestModels.weights("w", new Random(42), 4, 8))
            .message(5, TestModels.weights("v", new Random(42), 8))
            .message(5, nibbles)
            .message(5, packedDimensions)
            .message(5, scalar)
            .message(12, TestModels.tensor("output", TestModels.FLOAT, 2));

    Initializers initializers = read(TestModels.model(8, 13, graph)).contents().initializers();

    assertThat(initializers.byType())
        .isEqualTo(
            Map.of(
                "FP32", new Initializers.Total(2, 160),
                "INT4", new Initializers.Total(1, 5),
                "INT64", new Initializers.Total(1, 80),
                "FP64", new Initializers.Total(1, 8)));
    assertThat(initializers.count()).isEqualTo(5);
    assertThat(initializers.bytes()).isEqualTo(253);
  }

  @Test
  void keepsTheBeginningOfMetadata() {
    Proto model =
        new Proto()
            .number(1, 8)
            .message(7, new Proto().message(12, TestModels.tensor("output", TestModels.FLOAT, 2)));
    model.message(14, new Proto().text(1, "author").text(2, "me"));
    assertThat(read(model.toBytes()).contents().metadata())
        .isEqualTo(new OnnxMetadata(Map.of("author", "me"), true));

    model.message(
        14, new Proto().text(1, "long").text(2, "é".repeat(OnnxLimits.METADATA_CHARS + 1)));
    OnnxMetadata cut = read(model.toBytes()).contents().metadata();
    assertThat(cut.entries().get("long")).isEqualTo("é".repeat(OnnxLimits.METADATA_CHARS));
    assertThat(cut.complete()).isFalse();

    for (int i = 0; i < OnnxLimits.METADATA_ENTRIES; i++) {
      model.message(14, new Proto().text(1, "key" + i).text(2, "value"));
    }
    assertThat(read(model.toBytes()).contents().metadata().entries())
        .hasSize(OnnxLimits.METADATA_ENTRIES)
        .containsKey("author");
  }

  @Test
  void refusesMoreDifferentOperatorsThanTheLimit() {
    Proto graph = new Proto();
    for (int i = 0; i <= OnnxLimits.OPERATORS; i++) {
      graph.message(1, new Proto().text(4, "Op" + i));
    }
    byte[] model =
        TestModels.model(
            8, 13, graph.message(12, TestModels.tensor("output", TestModels.FLOAT, 2)));

    assertThatExceptionOfType(FlotillaException.class)
        .isThrownBy(() -> read(model))
        .withMessageContaining("more than 10000 different operators");
  }

  @Test
  void takesAsManyNodesAsTheLimitAndRefusesOneMore() {
    Proto graph = new Proto().message(12, TestModels.tensor("output", TestModels.FLOAT, 2));
    for (int i = 0; i < OnnxLimits.NODES; i++) {
      graph.message(1, new Proto().text(4, "Relu"));
    }
    assertThat(read(TestModels.model(8, 13, graph)).nodes()).isEqualTo(OnnxLimits.NODES);

    byte[] model = TestModels.model(8, 13, graph.message(1, new Proto().text(4, "Relu")));

    assertThatExceptionOfType(FlotillaException.class)
        .isThrownBy(() -> read(model))
        .withMessageContaining("model.onnx has more than 100000 nodes")
        .withMessageNotContaining("not an ONNX model")
        .returns(ErrorCode.INSPECTION_FAILED, FlotillaException::code);
  }

  @Test
  void readsLargeFilesWithoutReadingTheirWeights() throws IOException {
    Path file = TestModels.write(folder, "large.onnx", TestModels.chain(1_024, 4));

    assertThat(Files.size(file)).isGreaterThan(16L << 20);
    assertThat(OnnxInspector.inspect(file).nodes()).isEqualTo(8);
  }

  private OnnxFacts read(byte[] content) {
    return OnnxInspector.read(TestModels.write(folder, "model.onnx", content));
  }

  private String outputType(Proto type) {
    Proto output = new Proto().text(1, "output").message(2, type);
    return read(withOutput(output)).declaredOutputs().getFirst().type();
  }

  private static byte[] withOutput(Proto output) {
    Proto graph =
        new Proto().message(1, TestModels.node("Identity", "output", "x")).message(12, output);
    return TestModels.model(8, 13, graph);
  }

  private OnnxFacts inspect(byte[] content) {
    return OnnxInspector.inspect(TestModels.write(folder, "model.onnx", content));
  }
}
