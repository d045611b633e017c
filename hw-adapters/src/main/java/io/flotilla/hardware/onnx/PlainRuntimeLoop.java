package io.flotilla.hardware.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.TensorInfo;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.tensor.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The floor that scoring is measured against: a session with the default options of {@link
 * io.flotilla.hardware.LoadOptions}, all tensors pinned, run in a loop with nothing around it. It
 * shares no scoring code with the accelerators on purpose. Confined to one thread.
 */
public final class PlainRuntimeLoop implements AutoCloseable {
  private final OrtSession session;
  private final Map<String, OnnxTensor> inputs;
  private final Map<String, OnnxTensor> outputs;
  private boolean closed;

  private PlainRuntimeLoop(
      OrtSession session, Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> outputs) {
    this.session = session;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /**
   * Loads a model on the CPU and pins its tensors.
   *
   * @param model an ONNX file
   * @param inputShapes one shape per model input
   * @throws FlotillaException {@code INPUT_INVALID} if a name or shape does not fit, and as {@link
   *     io.flotilla.hardware.Accelerator#load}
   */
  public static PlainRuntimeLoop open(Path model, Map<String, List<Long>> inputShapes) {
    OrtEnvironment environment = OnnxRuntimes.environment();
    Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
    Map<String, OnnxTensor> outputs = new LinkedHashMap<>();
    OrtSession session = session(environment, model);
    boolean complete = false;
    try {
      Signature signature = Signature.of(session);
      signature.checkShapes(inputShapes);
      for (Map.Entry<String, List<Long>> shape : inputShapes.entrySet()) {
        ElementType type = signature.input(shape.getKey()).type();
        inputs.put(shape.getKey(), pinned(environment, type, shape.getValue()));
      }
      try (OrtSession.Result result = session.run(inputs)) {
        for (Map.Entry<String, OnnxValue> output : result) {
          if (output.getValue().getInfo() instanceof TensorInfo info) {
            List<Long> shape = Arrays.stream(info.getShape()).boxed().toList();
            ElementType type = signature.output(output.getKey()).type();
            outputs.put(output.getKey(), pinned(environment, type, shape));
          }
        }
      }
      complete = true;
      return new PlainRuntimeLoop(session, inputs, outputs);
    } catch (OrtException e) {
      throw RuntimeFailures.scoring(e);
    } finally {
      if (!complete) {
        free(session, inputs, outputs);
      }
    }
  }

  /** The memory of an FP32 input, to be filled before measuring; zeros at first. */
  public FloatBuffer input(String name) {
    return floats(inputs, name);
  }

  /** The memory of an FP32 output. */
  public FloatBuffer output(String name) {
    return floats(outputs, name);
  }

  /**
   * Runs the model so many times.
   *
   * @param iterations number of runs, ≥ 1
   * @return elapsed time of all of them, in nanoseconds
   * @throws FlotillaException {@code SCORING_FAILED} or {@code INPUT_INVALID} if a run fails
   * @throws IllegalStateException if it is closed
   */
  public long nanos(int iterations) {
    try {
      long start = System.nanoTime();
      for (int i = 0; i < iterations; i++) {
        session.run(inputs, outputs).close();
      }
      return System.nanoTime() - start;
    } catch (OrtException e) {
      throw RuntimeFailures.scoring(e);
    }
  }

  /** Frees all native memory; closing twice is harmless. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      free(session, inputs, outputs);
    }
  }

  private static OrtSession session(OrtEnvironment environment, Path model) {
    try (SessionOptions options = new SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      options.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
      return environment.createSession(model.toString(), options);
    } catch (OrtException e) {
      throw RuntimeFailures.loading(String.valueOf(model.getFileName()), e);
    }
  }

  private static OnnxTensor pinned(OrtEnvironment environment, ElementType type, List<Long> shape)
      throws OrtException {
    ByteBuffer memory =
        ByteBuffer.allocateDirect(Signature.byteSize(type, shape)).order(ByteOrder.nativeOrder());
    return OnnxTensor.createTensor(
        environment,
        memory,
        shape.stream().mapToLong(Long::longValue).toArray(),
        Signature.runtimeType(type));
  }

  private static FloatBuffer floats(Map<String, OnnxTensor> tensors, String name) {
    OnnxTensor tensor = tensors.get(name);
    if (tensor == null
        || !(tensor.getBufferRef().orElse(null) instanceof ByteBuffer memory)
        || tensor.getInfo().type != Signature.runtimeType(ElementType.FP32)) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "the plain loop has no FP32 tensor '%s' there; it has %s"
              .formatted(name, tensors.keySet()));
    }
    return memory.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
  }

  private static void free(
      OrtSession session, Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> outputs) {
    OnnxValue.close(inputs);
    OnnxValue.close(outputs);
    try {
      session.close();
    } catch (OrtException e) {
      throw RuntimeFailures.scoring(e);
    }
  }
}
