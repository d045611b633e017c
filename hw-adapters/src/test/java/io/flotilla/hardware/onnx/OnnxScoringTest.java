package io.flotilla.hardware.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.data.Offset.offset;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.manifest.Dimension;
import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.hardware.Accelerator;
import io.flotilla.hardware.LoadOptions;
import io.flotilla.hardware.LoadedModel;
import io.flotilla.hardware.ModelTensor;
import io.flotilla.hardware.TestModels;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OnnxScoringTest {
  private final Accelerator cpu = OnnxAccelerators.cpu();
  @TempDir Path folder;

  @Test
  void tellsItsInputsAndOutputs() {
    try (LoadedModel model = load(TestModels.classifier(64))) {
      assertThat(model.inputs())
          .containsExactly(
              new ModelTensor(
                  "input", ElementType.FP32, List.of(Dimension.open("batch"), Dimension.of(64))));
      assertThat(model.outputs()).extracting(ModelTensor::name).containsExactly("output");
      assertThat(model.inputs().getFirst()).hasToString("input FP32[batch, 64]");
    }
  }

  @Test
  void scoresSeveralInputsAndTypesAtOnce() {
    try (LoadedModel model = load(TestModels.twoKinds())) {
      Map<String, Tensor> outputs =
          model.run(
              Map.of(
                  "a", Tensor.ofFloats(List.of(2L), 1, 2),
                  "b", Tensor.ofFloats(List.of(2L), 3, 4),
                  "n", Tensor.ofLongs(List.of(2L), Long.MAX_VALUE / 2, -5)));

      assertThat(outputs)
          .isEqualTo(
              Map.of(
                  "sum", Tensor.ofFloats(List.of(2L), 4, 6),
                  "twice", Tensor.ofLongs(List.of(2L), Long.MAX_VALUE - 1, -10)));
    }
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void carriesEveryElementTypeBitByBit(ElementType type) {
    byte[] raw = new byte[3 * type.bytes()];
    if (type == ElementType.BOOL) {
      raw[1] = 1;
    } else {
      new Random(42).nextBytes(raw);
    }
    Tensor tensor = new Tensor(type, List.of(3L), ByteBuffer.wrap(raw));
    try (LoadedModel model = load(TestModels.identity(onnxNumber(type), "n"))) {
      assertThat(model.run(Map.of("input", tensor))).isEqualTo(Map.of("output", tensor));
    }
  }

  @Test
  void carriesScalarsAndEmptyTensors() {
    try (LoadedModel scalar = load(TestModels.identity(TestModels.FLOAT));
        LoadedModel vector = load(TestModels.identity(TestModels.FLOAT, "n"))) {
      Tensor one = Tensor.ofFloats(List.of(), 7);
      Tensor none = Tensor.ofFloats(List.of(0L));

      assertThat(scalar.run(Map.of("input", one))).isEqualTo(Map.of("output", one));
      assertThat(vector.run(Map.of("input", none))).isEqualTo(Map.of("output", none));
    }
  }

  @Test
  void takesDirectBuffersAtAnyOffset() {
    try (LoadedModel model = load(TestModels.identity(TestModels.FLOAT, 2))) {
      for (int offset : new int[] {0, 1, 4, 8}) {
        ByteBuffer memory = ByteBuffer.allocateDirect(32).order(ByteOrder.LITTLE_ENDIAN);
        memory.putFloat(offset, 1.5f).putFloat(offset + 4, -2.5f);
        Tensor tensor =
            new Tensor(ElementType.FP32, List.of(2L), memory.position(offset).limit(offset + 8));

        assertThat(model.run(Map.of("input", tensor)))
            .isEqualTo(Map.of("output", Tensor.ofFloats(List.of(2L), 1.5f, -2.5f)));
      }
    }
  }

  @Test
  void refusesWrongNamesTypesAndShapesSayingWhatIsExpected() {
    try (LoadedModel model = load(TestModels.classifier(4))) {
      Tensor good = Tensor.ofFloats(List.of(1L, 4L), 1, 2, 3, 4);
      refuses(model, Map.of(), "needs the input input FP32[batch, 4]");
      refuses(model, Map.of("pixels", good), "no input 'pixels'; it has [input FP32[batch, 4]]");
      refuses(model, Map.of("input", good, "more", good), "no input 'more'");
      refuses(
          model,
          Map.of("input", Tensor.ofLongs(List.of(1L, 4L), 1, 2, 3, 4)),
          "takes input FP32[batch, 4] and was given the type INT64");
      refuses(
          model,
          Map.of("input", Tensor.ofFloats(List.of(4L), 1, 2, 3, 4)),
          "takes input FP32[batch, 4] and was given the shape [4]");
      refuses(
          model,
          Map.of("input", Tensor.ofFloats(List.of(2L, 2L), 1, 2, 3, 4)),
          "was given the shape [2, 2]");

      assertThat(model.run(Map.of("input", good))).containsOnlyKeys("output");
    }
  }

  @Test
  void refusesValuesThatTheModelRefuses() {
    try (LoadedModel model = load(TestModels.gather())) {
      refuses(model, Map.of("index", Tensor.ofLongs(List.of(1L), 99)), "the model failed to score");
    }
  }

  @Test
  void concurrentRunsAgree() throws InterruptedException, ExecutionException {
    Random random = new Random(42);
    try (LoadedModel model = load(TestModels.classifier(64));
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Map<String, Tensor>> inputs = new ArrayList<>();
      List<Map<String, Tensor>> expected = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        inputs.add(Map.of("input", random(random, 1 + i % 3, 64)));
        expected.add(model.run(inputs.get(i)));
      }
      Callable<Boolean> work =
          () -> {
            for (int i = 0; i < 4_000; i++) {
              if (!model.run(inputs.get(i % 16)).equals(expected.get(i % 16))) {
                return false;
              }
            }
            return true;
          };
      for (Future<Boolean> agreed : threads.invokeAll(List.of(work, work, work, work))) {
        assertThat(agreed.get()).isTrue();
      }
    }
  }

  @Test
  void severalThreadsGiveWhatOneGives() {
    Tensor input = random(new Random(42), 8, 64);
    byte[] content = TestModels.chain(64, 3);
    Path file = TestModels.write(folder, "model.onnx", content);
    try (LoadedModel one = cpu.load(file, LoadOptions.DEFAULT);
        LoadedModel two = cpu.load(file, new LoadOptions(2, true, Optional.empty()))) {
      float[] expected = output(one, input);
      float[] actual = output(two, input);
      for (int i = 0; i < expected.length; i++) {
        assertThat(actual[i]).isCloseTo(expected[i], offset(1e-4f));
      }
    }
  }

  @Test
  void closingTwiceIsFineAndRunningAfterwardsAClearError() {
    LoadedModel model = load(TestModels.classifier(4));
    model.close();
    model.close();

    assertThatIllegalStateException()
        .isThrownBy(() -> model.run(Map.of("input", random(new Random(42), 1, 4))))
        .withMessage("the model is closed");
    assertThatIllegalStateException()
        .isThrownBy(() -> model.pin(Map.of("input", List.of(1L, 4L))))
        .withMessage("the model is closed");
  }

  @Test
  void closingUnderRunningThreadsLetsThemFinish() throws InterruptedException, ExecutionException {
    Random random = new Random(42);
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      for (int round = 0; round < 20; round++) {
        LoadedModel model = load(TestModels.chain(64, 4));
        Map<String, Tensor> inputs = Map.of("input", random(random, 8, 64));
        Callable<Integer> untilClosed = () -> runUntilClosed(model, inputs);
        List<Future<Integer>> runs =
            List.of(threads.submit(untilClosed), threads.submit(untilClosed));
        model.run(inputs);
        model.close();
        for (Future<Integer> run : runs) {
          assertThat(run.get()).isNotNegative();
        }
      }
    }
  }

  private static int runUntilClosed(LoadedModel model, Map<String, Tensor> inputs) {
    for (int runs = 0; ; runs++) {
      try {
        model.run(inputs);
      } catch (IllegalStateException e) {
        assertThat(e).hasMessage("the model is closed");
        return runs;
      }
    }
  }

  private static void refuses(LoadedModel model, Map<String, Tensor> inputs, String sentence) {
    assertThatExceptionOfType(FlotillaException.class)
        .isThrownBy(() -> model.run(inputs))
        .withMessageContaining(sentence)
        .returns(ErrorCode.INPUT_INVALID, FlotillaException::code);
  }

  private LoadedModel load(byte[] content) {
    return cpu.load(TestModels.write(folder, "model.onnx", content), LoadOptions.DEFAULT);
  }

  private static float[] output(LoadedModel model, Tensor input) {
    return model.run(Map.of("input", input)).values().iterator().next().toFloats();
  }

  private static Tensor random(Random random, long rows, long columns) {
    float[] values = new float[(int) (rows * columns)];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    return Tensor.ofFloats(List.of(rows, columns), values);
  }

  private static int onnxNumber(ElementType type) {
    return switch (type) {
      case BOOL -> TestModels.BOOL;
      case UINT8 -> TestModels.UINT8;
      case INT8 -> TestModels.INT8;
      case INT16 -> TestModels.INT16;
      case INT32 -> TestModels.INT32;
      case INT64 -> TestModels.INT64;
      case FP32 -> TestModels.FLOAT;
      case FP64 -> TestModels.DOUBLE;
    };
  }
}
