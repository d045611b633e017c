package io.flotilla.hardware.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.hardware.LoadOptions;
import io.flotilla.hardware.LoadedModel;
import io.flotilla.hardware.PinnedRun;
import io.flotilla.hardware.TestModels;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlainRuntimeLoopTest {
  private static final Map<String, List<Long>> SHAPES = Map.of("input", List.of(1L, 64L));
  @TempDir Path folder;

  @Test
  void computesWhatTheAcceleratorComputes() {
    Path file = TestModels.write(folder, "model.onnx", TestModels.classifier(64));
    try (PlainRuntimeLoop plain = PlainRuntimeLoop.open(file, SHAPES);
        LoadedModel model = OnnxAccelerators.cpu().load(file, LoadOptions.DEFAULT);
        PinnedRun pinned = model.pin(SHAPES)) {
      for (int i = 0; i < 64; i++) {
        plain.input("input").put(i, i / 64f);
        pinned.input("input").put(i, i / 64f);
      }
      long nanos = plain.nanos(100);
      pinned.run();

      assertThat(nanos).isPositive();
      for (int i = 0; i < TestModels.CLASSES; i++) {
        assertThat(plain.output("output").get(i)).isEqualTo(pinned.output("output").get(i));
      }
    }
  }

  @Test
  void closingTwiceIsFineAndRunningAfterwardsAClearError() {
    Path file = TestModels.write(folder, "model.onnx", TestModels.classifier(64));
    PlainRuntimeLoop plain = PlainRuntimeLoop.open(file, SHAPES);
    plain.close();
    plain.close();

    assertThatIllegalStateException().isThrownBy(() -> plain.nanos(1));
  }

  @Test
  void refusesWrongShapesNamesAndFiles() {
    Path file = TestModels.write(folder, "model.onnx", TestModels.classifier(4));
    assertThatExceptionOfType(FlotillaException.class)
        .isThrownBy(() -> PlainRuntimeLoop.open(file, SHAPES))
        .returns(ErrorCode.INPUT_INVALID, FlotillaException::code);
    assertThatExceptionOfType(FlotillaException.class)
        .isThrownBy(() -> PlainRuntimeLoop.open(folder.resolve("absent"), SHAPES))
        .returns(ErrorCode.FILE_MISSING, FlotillaException::code);
    try (PlainRuntimeLoop plain = PlainRuntimeLoop.open(file, Map.of("input", List.of(1L, 4L)))) {
      assertThatExceptionOfType(FlotillaException.class)
          .isThrownBy(() -> plain.input("output"))
          .withMessageContaining("no FP32 tensor 'output'")
          .returns(ErrorCode.INPUT_INVALID, FlotillaException::code);
    }
  }
}
