package io.flotilla.hardware.simulated;

import io.flotilla.hardware.Accelerator;
import io.flotilla.hardware.AcceleratorInfo;
import io.flotilla.hardware.AcceleratorKind;
import io.flotilla.hardware.LoadOptions;
import io.flotilla.hardware.LoadedModel;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A GPU or FPGA played by another accelerator. Inputs, shapes and errors are the delegate's; each
 * FP32 output is rounded as the hardware it stands for would round. Latency is the delegate's and
 * says nothing about real hardware.
 */
public final class SimulatedAccelerator implements Accelerator {
  private final Accelerator delegate;
  private final NumberGrid grid;
  private final AcceleratorInfo info;

  private SimulatedAccelerator(
      Accelerator delegate, AcceleratorKind kind, String provider, NumberGrid grid) {
    this.delegate = Objects.requireNonNull(delegate, "delegate");
    this.grid = grid;
    this.info = new AcceleratorInfo(kind, provider, true, delegate.info().runtimeVersion());
  }

  /**
   * A GPU that computes in TensorFloat-32: outputs within a relative 2⁻¹¹ (4.9e-4) of the CPU's.
   */
  public static SimulatedAccelerator gpu(Accelerator cpu) {
    return new SimulatedAccelerator(
        cpu, AcceleratorKind.GPU, "SimulatedGpuExecutionProvider", NumberGrid.TENSOR_FLOAT_32);
  }

  /**
   * An FPGA with fixed-point outputs, 10 bits after the point: within an absolute 2⁻¹¹ (4.9e-4) of
   * the CPU's.
   */
  public static SimulatedAccelerator fpga(Accelerator cpu) {
    return new SimulatedAccelerator(
        cpu, AcceleratorKind.FPGA, "SimulatedFpgaExecutionProvider", NumberGrid.FIXED_POINT_10);
  }

  @Override
  public AcceleratorInfo info() {
    return info;
  }

  @Override
  public LoadedModel load(Path onnx, LoadOptions options) {
    return new SimulatedModel(delegate.load(onnx, options), grid);
  }
}
