package io.flotilla.hardware.simulated;

import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.hardware.LoadedModel;
import io.flotilla.hardware.ModelTensor;
import io.flotilla.hardware.PinnedRun;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A model whose FP32 outputs are moved to a grid. */
final class SimulatedModel implements LoadedModel {
  private final LoadedModel delegate;
  private final NumberGrid grid;

  SimulatedModel(LoadedModel delegate, NumberGrid grid) {
    this.delegate = delegate;
    this.grid = grid;
  }

  @Override
  public List<ModelTensor> inputs() {
    return delegate.inputs();
  }

  @Override
  public List<ModelTensor> outputs() {
    return delegate.outputs();
  }

  @Override
  public Map<String, Tensor> run(Map<String, Tensor> inputs) {
    Map<String, Tensor> rounded = new LinkedHashMap<>();
    delegate.run(inputs).forEach((name, tensor) -> rounded.put(name, onGrid(tensor)));
    return Collections.unmodifiableMap(rounded);
  }

  @Override
  public PinnedRun pin(Map<String, List<Long>> inputShapes) {
    List<String> floats =
        outputs().stream()
            .filter(output -> output.type() == ElementType.FP32)
            .map(ModelTensor::name)
            .toList();
    return new SimulatedPinnedRun(delegate.pin(inputShapes), floats, grid);
  }

  @Override
  public void close() {
    delegate.close();
  }

  private Tensor onGrid(Tensor tensor) {
    if (tensor.type() != ElementType.FP32) {
      return tensor;
    }
    float[] values = tensor.toFloats();
    for (int i = 0; i < values.length; i++) {
      values[i] = grid.nearest(values[i]);
    }
    return Tensor.ofFloats(tensor.shape(), values);
  }
}
