package io.flotilla.hardware.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.hardware.Accelerator;
import io.flotilla.hardware.LoadOptions;
import io.flotilla.hardware.LoadedModel;
import io.flotilla.hardware.PinnedRun;
import io.flotilla.hardware.TestModels;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxPinnedRunTest {
  private final Accelerator cpu = OnnxAccelerators.cpu();
  @TempDir Path folder;

  @Test
  void tenThousandPinnedRunsGiveWhatOrdinaryRunsGive() {
    Random random = new Random(42);
    try (LoadedModel model = load(TestModels.classifier(64));
        PinnedRun pinned = model.pin(Map.of("input", List.of(1L, 64L)))) {
      FloatBuffer input = pinned.input("input");
      FloatBuffer output = pinned.output("output");
      float[] row = new float[64];
      float[] actual = new float[TestModels.CLASSES];
      for (int i = 0; i < 10_000; i++) {
        fill(random, row);
        input.put(0, row);
        pinned.run();
        output.get(0, actual);

        Tensor tensor = Tensor.ofFloats(List.of(1L, 64L), row);
        assertThat(model.run(Map.of("input", tensor)))
            .isEqualTo(Map.of("output", Tensor.ofFloats(List.of(1L, 10L), actual)));
      }
    }
  }

  @Test
  void buffersAreTheSameObjectsAtEveryCallAndZeroAtFirst() {
    try (LoadedModel model = load(TestModels.classifier(4));
        PinnedRun pinned = model.pin(Map.of("input", List.of(2L, 4L)))) {
      assertThat(pinned.input("input")).isSameAs(pinned.input("input"));
      assertThat(pinned.output("output")).isSameAs(pinned.output("output"));
      assertThat(pinned.inputBytes("input")).isSameAs(pinned.inputBytes("input"));
      assertThat(pinned.input("input").capacity()).isEqualTo(8);
      assertThat(pinned.input("input").get(7)).isZero();
      assertThat(pinned.outputShape("output")).containsExactly(2L, 10L);
    }
  }

  @Test
  void carriesOtherTypesAsBytes() {
    try (LoadedModel model = load(TestModels.twoKinds());
        PinnedRun pinned =
            model.pin(Map.of("a", List.of(2L), "b", List.of(2L), "n", List.of(2L)))) {
      pinned.input("a").put(0, 1.5f);
      pinned.input("b").put(0, 2f);
      pinned.inputBytes("n").putLong(0, 21).putLong(8, -1);
      pinned.run();

      assertThat(pinned.output("sum").get(0)).isEqualTo(3.5f);
      assertThat(pinned.outputBytes("twice").getLong(0)).isEqualTo(42);
      assertThat(pinned.outputBytes("twice").getLong(8)).isEqualTo(-2);
      refuses(() -> pinned.input("n"), "'n' is not FP32");
    }
  }

  @Test
  void pinsEmptyShapes() {
    try (LoadedModel model = load(TestModels.identity(TestModels.FLOAT, "n"));
        PinnedRun pinned = model.pin(Map.of("input", List.of(0L)))) {
      pinned.run();

      assertThat(pinned.output("output").capacity()).isZero();
    }
  }

  @Test
  void refusesWrongNamesAndShapes() {
    try (LoadedModel model = load(TestModels.classifier(4))) {
      refuses(() -> model.pin(Map.of()), "needs the input input FP32[batch, 4]");
      refuses(() -> model.pin(Map.of("x", List.of(1L, 4L))), "no input 'x'");
      refuses(() -> model.pin(Map.of("input", List.of(1L, 5L))), "was given the shape [1, 5]");
      refuses(() -> model.pin(Map.of("input", List.of(-1L, 4L))), "was given the shape [-1, 4]");
      refuses(
          () -> model.pin(Map.of("input", List.of(1L << 28, 4L))), "at most 268435456 elements");
      try (PinnedRun pinned = model.pin(Map.of("input", List.of(1L, 4L)))) {
        refuses(() -> pinned.input("output"), "no input 'output'; it has [input FP32[batch, 4]]");
        refuses(() -> pinned.output("input"), "no output 'input'");
      }
    }
  }

  @Test
  void aRefusedValueLeavesTheRunUsable() {
    try (LoadedModel model = load(TestModels.gather());
        PinnedRun pinned = model.pin(Map.of("index", List.of(1L)))) {
      pinned.inputBytes("index").putLong(0, 99);
      refuses(pinned::run, "the model failed to score");

      pinned.inputBytes("index").putLong(0, 3);
      pinned.run();

      assertThat(pinned.output("output").get(0)).isNotZero();
    }
  }

  @Test
  void closingTwiceIsFineAndRunningAfterwardsAClearError() {
    try (LoadedModel model = load(TestModels.classifier(4))) {
      PinnedRun pinned = model.pin(Map.of("input", List.of(1L, 4L)));
      pinned.run();
      pinned.close();
      pinned.close();

      assertThatIllegalStateException()
          .isThrownBy(pinned::run)
          .withMessage("the pinned run is closed");
      assertThat(Float.isFinite(pinned.output("output").get(0))).isTrue();
    }
  }

  @Test
  void closingTheModelClosesItsPinnedRuns() {
    LoadedModel model = load(TestModels.classifier(4));
    PinnedRun pinned = model.pin(Map.of("input", List.of(1L, 4L)));
    model.close();

    assertThatIllegalStateException()
        .isThrownBy(pinned::run)
        .withMessage("the pinned run is closed");
    pinned.close();
  }

  @Test
  void closingUnderARunLetsItFinish() throws InterruptedException, ExecutionException {
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      for (int round = 0; round < 50; round++) {
        LoadedModel model = load(TestModels.chain(64, 4));
        PinnedRun pinned = model.pin(Map.of("input", List.of(8L, 64L)));
        CountDownLatch running = new CountDownLatch(1);
        Future<Integer> runs = threads.submit(() -> runUntilClosed(pinned, running));
        running.await();
        if (round % 2 == 0) {
          pinned.close();
        }
        model.close();

        assertThat(runs.get()).isPositive();
      }
    }
  }

  @Test
  void aSecondThreadIsRefusedOrTakesItsTurn() throws InterruptedException, ExecutionException {
    try (LoadedModel model = load(TestModels.chain(64, 4));
        PinnedRun pinned = model.pin(Map.of("input", List.of(8L, 64L)));
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Callable<Integer> work = () -> countRefusals(pinned, 2_000);
      for (Future<Integer> refused : threads.invokeAll(List.of(work, work))) {
        assertThat(refused.get()).isBetween(0, 2_000);
      }
      pinned.run();
    }
  }

  private static int runUntilClosed(PinnedRun pinned, CountDownLatch running) {
    for (int runs = 0; ; runs++) {
      try {
        pinned.run();
        running.countDown();
      } catch (IllegalStateException e) {
        assertThat(e).hasMessage("the pinned run is closed");
        return runs;
      }
    }
  }

  private static int countRefusals(PinnedRun pinned, int times) {
    int refused = 0;
    for (int i = 0; i < times; i++) {
      try {
        pinned.run();
      } catch (IllegalStateException e) {
        assertThat(e).hasMessageContaining("another thread");
        refused++;
      }
    }
    return refused;
  }

  private static void refuses(Runnable call, String sentence) {
    assertThatExceptionOfType(FlotillaException.class)
        .isThrownBy(call::run)
        .withMessageContaining(sentence)
        .returns(ErrorCode.INPUT_INVALID, FlotillaException::code);
  }

  private LoadedModel load(byte[] content) {
    return cpu.load(TestModels.write(folder, "model.onnx", content), LoadOptions.DEFAULT);
  }

  private static void fill(Random random, float[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
  }
}
