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
import java.util.concurrent.CountDownLatch;

/** The real accelerator; models loaded while it holds do not run before it lets go. */
public final class HeldAccelerator implements Accelerator {
  /** Opens when a run is held. */
  public final CountDownLatch held = new CountDownLatch(1);

  /** Lets go. */
  public final CountDownLatch release = new CountDownLatch(1);

  /** Whether models that are loaded now are held. */
  public volatile boolean holding;

  private final Accelerator real;

  /** Wraps the real one. */
  public HeldAccelerator(Accelerator real) {
    this.real = real;
  }

  @Override
  public AcceleratorInfo info() {
    return real.info();
  }

  @Override
  public LoadedModel load(Path onnx, LoadOptions options) {
    LoadedModel model = real.load(onnx, options);
    return holding ? new HeldModel(model) : model;
  }

  private final class HeldModel implements LoadedModel {
    private final LoadedModel model;

    HeldModel(LoadedModel model) {
      this.model = model;
    }

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
      held.countDown();
      try {
        release.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new FlotillaException(ErrorCode.SCORING_FAILED, "the run was interrupted", e);
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
  }
}
