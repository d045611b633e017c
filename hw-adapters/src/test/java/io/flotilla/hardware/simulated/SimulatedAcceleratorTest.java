package io.flotilla.hardware.simulated;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.hardware.Accelerator;
import io.flotilla.hardware.AcceleratorInfo;
import io.flotilla.hardware.AcceleratorKind;
import io.flotilla.hardware.LoadOptions;
import io.flotilla.hardware.LoadedModel;
import io.flotilla.hardware.PinnedRun;
import io.flotilla.hardware.TestModels;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulatedAcceleratorTest {
  private static final double HALF_STEP = 0x1p-11;

  private final Accelerator cpu = OnnxAccelerators.cpu();
  @TempDir Path folder;

  @Test
  void saysThatItIsSimulated() {
    String version = OnnxAccelerators.runtimeVersion();

    assertThat(SimulatedAccelerator.gpu(cpu).info())
        .isEqualTo(
            new AcceleratorInfo(
                AcceleratorKind.GPU, "SimulatedGpuExecutionProvider", true, version));
    assertThat(SimulatedAccelerator.fpga(cpu).info())
        .isEqualTo(
            new AcceleratorInfo(
                AcceleratorKind.FPGA, "SimulatedFpgaExecutionProvider", true, version));
    assertThat(cpu.info().simulated()).isFalse();
  }

  @Test
  void differsFromTheCpuByItsRoundingAndNoMore() {
    Random random = new Random(42);
    Path file = TestModels.write(folder, "chain.onnx", TestModels.chain(16, 1));
    try (LoadedModel exact = cpu.load(file, LoadOptions.DEFAULT);
        LoadedModel gpu = SimulatedAccelerator.gpu(cpu).load(file, LoadOptions.DEFAULT);
        LoadedModel fpga = SimulatedAccelerator.fpga(cpu).load(file, LoadOptions.DEFAULT)) {
      Map<String, Tensor> inputs = inputs(random);
      float[] expected = output(exact.run(inputs));
      float[] onGpu = output(gpu.run(inputs));
      float[] onFpga = output(fpga.run(inputs));

      assertThat(onGpu).isNotEqualTo(expected);
      assertThat(onFpga).isNotEqualTo(expected).isNotEqualTo(onGpu);
      for (int i = 0; i < expected.length; i++) {
        assertThat(Math.abs(onGpu[i] - expected[i]))
            .isLessThanOrEqualTo((float) (HALF_STEP * Math.abs(expected[i])));
        assertThat(Math.abs(onFpga[i] - expected[i])).isLessThanOrEqualTo((float) HALF_STEP);
      }
    }
  }

  @Test
  void pinnedRunsRoundLikeOrdinaryOnes() {
    Random random = new Random(42);
    Path file = TestModels.write(folder, "chain.onnx", TestModels.chain(16, 1));
    for (Accelerator simulated :
        List.of(SimulatedAccelerator.gpu(cpu), SimulatedAccelerator.fpga(cpu))) {
      try (LoadedModel model = simulated.load(file, LoadOptions.DEFAULT);
          PinnedRun pinned = model.pin(Map.of("input", List.of(4L, 16L)))) {
        Map<String, Tensor> inputs = inputs(random);
        inputs.values().forEach(input -> pinned.input("input").put(0, input.toFloats()));
        pinned.run();

        float[] values = new float[64];
        pinned.output("output").get(0, values);
        assertThat(values).isEqualTo(output(model.run(inputs)));
        assertThat(pinned.outputShape("output")).containsExactly(4L, 16L);
      }
    }
  }

  @Test
  void leavesOtherTypesAlone() {
    Path file = TestModels.write(folder, "two.onnx", TestModels.twoKinds());
    try (LoadedModel model = SimulatedAccelerator.gpu(cpu).load(file, LoadOptions.DEFAULT)) {
      Map<String, Tensor> outputs =
          model.run(
              Map.of(
                  "a", Tensor.ofFloats(List.of(2L), 1, 2),
                  "b", Tensor.ofFloats(List.of(2L), 3, 4),
                  "n", Tensor.ofLongs(List.of(2L), 8_193, -5)));

      assertThat(outputs.keySet()).containsExactly("sum", "twice");
      assertThat(outputs.get("twice")).isEqualTo(Tensor.ofLongs(List.of(2L), 16_386, -10));
    }
  }

  @Test
  void gridsKeepTheirBoundsAndSpecialValues() {
    Random random = new Random(42);
    for (int i = 0; i < 100_000; i++) {
      float value = (random.nextFloat() - 0.5f) * (1 << random.nextInt(12));
      assertThat((double) Math.abs(NumberGrid.TENSOR_FLOAT_32.nearest(value) - value))
          .isLessThanOrEqualTo(HALF_STEP * Math.abs(value));
      assertThat((double) Math.abs(NumberGrid.FIXED_POINT_10.nearest(value) - value))
          .isLessThanOrEqualTo(HALF_STEP);
    }
    for (NumberGrid grid : NumberGrid.values()) {
      assertThat(grid.nearest(0f)).isZero();
      assertThat(grid.nearest(1f)).isEqualTo(1f);
      assertThat(grid.nearest(-0.5f)).isEqualTo(-0.5f);
      assertThat(grid.nearest(Float.NaN)).isNaN();
      assertThat(grid.nearest(Float.NEGATIVE_INFINITY)).isEqualTo(Float.NEGATIVE_INFINITY);
    }
    assertThat(NumberGrid.FIXED_POINT_10.nearest(1.5f / 1024)).isEqualTo(2f / 1024);
    assertThat(NumberGrid.TENSOR_FLOAT_32.nearest(1 + 0x1p-11f)).isEqualTo(1f);
    assertThat(NumberGrid.TENSOR_FLOAT_32.nearest(1 + 0x3p-11f)).isEqualTo(1 + 0x1p-9f);
  }

  private static Map<String, Tensor> inputs(Random random) {
    float[] values = new float[64];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    return Map.of("input", Tensor.ofFloats(List.of(4L, 16L), values));
  }

  private static float[] output(Map<String, Tensor> outputs) {
    Tensor output = outputs.get("output");
    assertThat(output).isNotNull();
    return output == null ? new float[0] : output.toFloats();
  }
}
