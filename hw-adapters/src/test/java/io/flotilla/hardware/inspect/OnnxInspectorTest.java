package io.flotilla.hardware.inspect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.manifest.Dimension;
import io.flotilla.bundle.tensor.ElementType;
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
    for (int i = 0; i < ProtobufReader.MAX_DEPTH / 3 + 1; i++) {
      Proto attribute = new Proto().message(6, graph);
      graph = new Proto().message(1, TestModels.node("If", "y", "x").message(5, attribute));
    }
    byte[] deep = TestModels.model(8, 13, graph);

    assertThatExceptionOfType(FlotillaException.class)
        .isThrownBy(() -> inspect(deep))
        .withMessageContaining("nested deeper than 100")
        .returns(ErrorCode.MODEL_MALFORMED, FlotillaException::code);
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
  @ValueSource(strings = {"/etc/passwd", "../w.bin", "a/../../w.bin", "C:\\w.bin", "", "a\nb"})
  void refusesWeightsOutsideTheModelsFolder(String location) {
    assertThatExceptionOfType(FlotillaException.class)
        .isThrownBy(() -> inspect(withExternalData(location)))
        .withMessageContaining("outside its own folder")
        .returns(ErrorCode.MODEL_MALFORMED, FlotillaException::code);
  }

  @Test
  void tellsFilesOfExternalData() {
    assertThat(inspect(withExternalData("weights/w..bin")).externalData())
        .containsExactly("weights/w..bin");
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
  void readsLargeFilesWithoutReadingTheirWeights() throws IOException {
    Path file = TestModels.write(folder, "large.onnx", TestModels.chain(1_024, 4));

    assertThat(Files.size(file)).isGreaterThan(16L << 20);
    assertThat(OnnxInspector.inspect(file).nodes()).isEqualTo(8);
  }

  private OnnxFacts inspect(byte[] content) {
    return OnnxInspector.inspect(TestModels.write(folder, "model.onnx", content));
  }

  private static byte[] withExternalData(String location) {
    Proto weights =
        new Proto()
            .number(1, 2)
            .number(2, TestModels.FLOAT)
            .text(8, "w")
            .message(13, new Proto().text(1, "location").text(2, location))
            .number(14, 1);
    return TestModels.model(
        8,
        13,
        new Proto()
            .message(1, TestModels.node("Add", "output", "input", "w"))
            .message(5, weights)
            .message(11, TestModels.tensor("input", TestModels.FLOAT, 2))
            .message(12, TestModels.tensor("output", TestModels.FLOAT, 2)));
  }
}
