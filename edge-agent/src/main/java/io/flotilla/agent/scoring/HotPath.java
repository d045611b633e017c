package io.flotilla.agent.scoring;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.manifest.Dimension;
import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.hardware.LoadedModel;
import io.flotilla.hardware.ModelTensor;
import io.flotilla.hardware.PinnedRun;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Batch 1 in buffers that the runtime reads and writes in place. One thread at a time is inside:
 * {@link #tryEnter} first, {@link #leave} always.
 */
final class HotPath {
  private final PinnedRun run;
  private final List<Port> inputs;
  private final List<Port> outputs;

  /** The buffers of the row form; null if the model does not have it. */
  private final @Nullable FloatBuffer rowIn;

  private final @Nullable FloatBuffer rowOut;
  private final AtomicBoolean busy = new AtomicBoolean();

  private HotPath(PinnedRun run, List<Port> inputs, List<Port> outputs) {
    this.run = run;
    this.inputs = inputs;
    this.outputs = outputs;
    boolean rows =
        inputs.size() == 1
            && inputs.getFirst().type() == ElementType.FP32
            && outputs.getFirst().type() == ElementType.FP32;
    this.rowIn = rows ? run.input(inputs.getFirst().name()) : null;
    this.rowOut = rows ? run.output(outputs.getFirst().name()) : null;
  }

  /**
   * Pins a model at batch 1, or gives null if it cannot be: an open dimension other than the first,
   * or output shapes that depend on values.
   */
  static @Nullable HotPath pin(LoadedModel model) {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    for (ModelTensor input : model.inputs()) {
      List<Long> shape = new ArrayList<>();
      for (int i = 0; i < input.shape().size(); i++) {
        Dimension dimension = input.shape().get(i);
        if (dimension.length().isEmpty() && i > 0) {
          return null;
        }
        shape.add(dimension.length().orElse(1));
      }
      if (shape.isEmpty()) {
        return null;
      }
      shapes.put(input.name(), List.copyOf(shape));
    }
    try {
      PinnedRun run = model.pin(shapes);
      List<Port> outputs = new ArrayList<>();
      for (ModelTensor output : model.outputs()) {
        String name = output.name();
        outputs.add(new Port(name, output.type(), run.outputShape(name), run.outputBytes(name)));
      }
      List<Port> inputs = new ArrayList<>();
      for (ModelTensor input : model.inputs()) {
        String name = input.name();
        List<Long> shape = shapes.getOrDefault(name, List.of());
        inputs.add(new Port(name, input.type(), shape, run.inputBytes(name)));
      }
      return new HotPath(run, List.copyOf(inputs), List.copyOf(outputs));
    } catch (FlotillaException e) {
      if (e.code() == ErrorCode.INPUT_INVALID || e.code() == ErrorCode.SCORING_FAILED) {
        // Zeros are no valid input of every model; the general path scores those.
        return null;
      }
      throw e;
    }
  }

  /** Whether these inputs are exactly what was pinned. */
  boolean fits(Map<String, Tensor> given) {
    if (given.size() != inputs.size()) {
      return false;
    }
    for (int i = 0; i < inputs.size(); i++) {
      Port port = inputs.get(i);
      Tensor tensor = given.get(port.name());
      if (tensor == null
          || tensor.type() != port.type()
          || !sameShape(tensor.shape(), port.shape())) {
        return false;
      }
    }
    return true;
  }

  /** As {@code equals}, without the iterators that this path can do without. */
  private static boolean sameShape(List<Long> one, List<Long> other) {
    if (one.size() != other.size()) {
      return false;
    }
    for (int i = 0; i < one.size(); i++) {
      if (one.get(i).longValue() != other.get(i).longValue()) {
        return false;
      }
    }
    return true;
  }

  boolean tryEnter() {
    return busy.compareAndSet(false, true);
  }

  void leave() {
    busy.setRelease(false);
  }

  boolean takesRows() {
    return rowIn != null;
  }

  int rowValues() {
    return rowIn == null ? 0 : rowIn.capacity();
  }

  int outputValues() {
    return rowOut == null ? 0 : rowOut.capacity();
  }

  /** Scores inputs that {@link #fits}. */
  Map<String, Tensor> run(Map<String, Tensor> given) {
    for (int i = 0; i < inputs.size(); i++) {
      Port port = inputs.get(i);
      Tensor tensor = given.get(port.name());
      if (tensor == null) {
        throw new IllegalStateException("inputs must fit before they are run");
      }
      ByteBuffer data = tensor.data();
      port.bytes().put(0, data, data.position(), data.remaining());
    }
    run.run();
    if (outputs.size() == 1) {
      Port only = outputs.getFirst();
      return Map.of(only.name(), only.copy());
    }
    Map<String, Tensor> all = new LinkedHashMap<>();
    for (Port port : outputs) {
      all.put(port.name(), port.copy());
    }
    return all;
  }

  /** Scores one row into {@code output}. */
  void run(float[] row, float[] output) {
    if (rowIn == null
        || rowOut == null
        || row.length != rowIn.capacity()
        || output.length != rowOut.capacity()) {
      throw new IllegalStateException("the model takes no rows, or rows of another size");
    }
    rowIn.put(0, row);
    run.run();
    rowOut.get(0, output);
  }

  /** A pinned tensor. */
  private record Port(String name, ElementType type, List<Long> shape, ByteBuffer bytes) {
    Tensor copy() {
      ByteBuffer copy = ByteBuffer.allocate(bytes.capacity());
      copy.put(0, bytes, 0, bytes.capacity());
      return new Tensor(type, shape, copy);
    }
  }
}
