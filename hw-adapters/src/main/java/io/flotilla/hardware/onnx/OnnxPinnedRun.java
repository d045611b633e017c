package io.flotilla.hardware.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.hardware.PinnedRun;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Inputs and outputs laid out once.
 *
 * <pre>
 *            run                 run ends
 *   IDLE ───────────► RUNNING ───────────► IDLE
 *    │ close             │ close
 *    ▼                   ▼      run ends
 *  CLOSED ◄────────── CLOSING
 * </pre>
 */
final class OnnxPinnedRun implements PinnedRun {
  private static final int IDLE = 0;
  private static final int RUNNING = 1;
  private static final int CLOSING = 2;
  private static final int CLOSED = 3;

  private final OrtSession session;
  private final Signature signature;
  private final Map<String, DirectTensor> inputs;
  private final Map<String, DirectTensor> outputs;
  private final Map<String, OnnxTensor> nativeInputs;
  private final Map<String, OnnxTensor> nativeOutputs;
  private final Consumer<OnnxPinnedRun> freed;
  private final AtomicInteger state = new AtomicInteger(IDLE);

  private OnnxPinnedRun(
      OrtSession session,
      Signature signature,
      Map<String, DirectTensor> inputs,
      Map<String, DirectTensor> outputs,
      Consumer<OnnxPinnedRun> freed) {
    this.session = session;
    this.signature = signature;
    this.inputs = inputs;
    this.outputs = outputs;
    this.nativeInputs = natives(inputs);
    this.nativeOutputs = natives(outputs);
    this.freed = freed;
  }

  /**
   * Lays out the buffers; a run on zeros tells the output shapes.
   *
   * @param shapes checked shapes by input name
   * @param freed called once, when the native tensors are freed
   */
  static OnnxPinnedRun open(
      OrtEnvironment environment,
      OrtSession session,
      Signature signature,
      Map<String, List<Long>> shapes,
      Consumer<OnnxPinnedRun> freed)
      throws OrtException {
    Map<String, DirectTensor> inputs = new LinkedHashMap<>();
    Map<String, DirectTensor> outputs = new LinkedHashMap<>();
    boolean complete = false;
    try {
      for (Map.Entry<String, List<Long>> shape : shapes.entrySet()) {
        inputs.put(
            shape.getKey(),
            DirectTensor.zeros(
                environment, signature.input(shape.getKey()).type(), shape.getValue()));
      }
      for (Map.Entry<String, List<Long>> shape : outputShapes(session, inputs).entrySet()) {
        outputs.put(
            shape.getKey(),
            DirectTensor.zeros(
                environment, signature.output(shape.getKey()).type(), shape.getValue()));
      }
      OnnxPinnedRun run = new OnnxPinnedRun(session, signature, inputs, outputs, freed);
      complete = true;
      return run;
    } finally {
      if (!complete) {
        inputs.values().forEach(DirectTensor::close);
        outputs.values().forEach(DirectTensor::close);
      }
    }
  }

  @Override
  public FloatBuffer input(String name) {
    return floats(inputNamed(name), name);
  }

  @Override
  public FloatBuffer output(String name) {
    return floats(outputNamed(name), name);
  }

  @Override
  public ByteBuffer inputBytes(String name) {
    return inputNamed(name).bytes();
  }

  @Override
  public ByteBuffer outputBytes(String name) {
    return outputNamed(name).bytes();
  }

  @Override
  public List<Long> outputShape(String name) {
    return outputNamed(name).shape();
  }

  @Override
  public void run() {
    int found = state.compareAndExchange(IDLE, RUNNING);
    if (found != IDLE) {
      throw new IllegalStateException(
          found == RUNNING
              ? "the pinned run is running in another thread; pin one per thread"
              : "the pinned run is closed");
    }
    try {
      session.run(nativeInputs, nativeOutputs).close();
    } catch (OrtException e) {
      throw RuntimeFailures.scoring(e);
    } finally {
      if (!state.compareAndSet(RUNNING, IDLE)) {
        free();
      }
    }
  }

  @Override
  public void close() {
    // Of IDLE and RUNNING one must be found unless it is closed: a run may end in between.
    while (state.get() < CLOSING) {
      if (state.compareAndSet(IDLE, CLOSED)) {
        free();
      } else {
        state.compareAndSet(RUNNING, CLOSING);
      }
    }
  }

  private void free() {
    state.set(CLOSED);
    inputs.values().forEach(DirectTensor::close);
    outputs.values().forEach(DirectTensor::close);
    freed.accept(this);
  }

  // The signature refuses unknown names; all known ones were laid out.
  private DirectTensor inputNamed(String name) {
    return laidOut(inputs, signature.input(name).name());
  }

  private DirectTensor outputNamed(String name) {
    return laidOut(outputs, signature.output(name).name());
  }

  private static DirectTensor laidOut(Map<String, DirectTensor> tensors, String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }

  private static FloatBuffer floats(DirectTensor tensor, String name) {
    return tensor
        .floats()
        .orElseThrow(
            () ->
                new FlotillaException(
                    ErrorCode.INPUT_INVALID,
                    "'%s' is not FP32; ask for its bytes".formatted(name)));
  }

  private static Map<String, OnnxTensor> natives(Map<String, DirectTensor> tensors) {
    Map<String, OnnxTensor> natives = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> natives.put(name, tensor.onnx()));
    return natives;
  }

  private static Map<String, List<Long>> outputShapes(
      OrtSession session, Map<String, DirectTensor> inputs) throws OrtException {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    try (OrtSession.Result result = session.run(natives(inputs))) {
      for (Map.Entry<String, OnnxValue> output : result) {
        if (output.getValue().getInfo() instanceof TensorInfo info) {
          shapes.put(output.getKey(), Arrays.stream(info.getShape()).boxed().toList());
        }
      }
    }
    return shapes;
  }
}
