package io.flotilla.agent.testing;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.hardware.Accelerator;
import io.flotilla.hardware.AcceleratorInfo;
import io.flotilla.hardware.LoadOptions;
import io.flotilla.hardware.LoadedModel;
import io.flotilla.hardware.ModelTensor;
import io.flotilla.hardware.PinnedRun;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** The real accelerator, on which the latest model can be made to fail. */
public final class FaultyAccelerator implements Accelerator {
  private final Accelerator real;
  private final AtomicInteger loaded = new AtomicInteger();

  /** Whether the latest model fails. */
  public volatile boolean broken;

  /** Wraps the real one. */
  public FaultyAccelerator(Accelerator real) {
    this.real = real;
  }

  @Override
  public AcceleratorInfo info() {
    return real.info();
  }

  @Override
  public LoadedModel load(Path onnx, LoadOptions options) {
    LoadedModel model = real.load(onnx, options);
    int mine = loaded.incrementAndGet();
    return new LoadedModel() {
      @Override
      public List<ModelTensor> inputs() {
        return model.inputs();
      }

      @Override
      public List<ModelTensor> outputs() {
        return model.outputs();
      }

      @Override
      public Map<String, Tensor> run(Map<String, Tensor> inputs) {
        if (broken && mine == loaded.get()) {
          throw new FlotillaException(ErrorCode.SCORING_FAILED, "the hardware failed");
        }
        return model.run(inputs);
      }

      @Override
      public PinnedRun pin(Map<String, List<Long>> inputShapes) {
        throw new FlotillaException(ErrorCode.INPUT_INVALID, "this hardware pins nothing");
      }

      @Override
      public void close() {
        model.close();
      }
    };
  }
}
