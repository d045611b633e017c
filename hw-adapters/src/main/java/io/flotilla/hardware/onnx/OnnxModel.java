package io.flotilla.hardware.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.hardware.LoadedModel;
import io.flotilla.hardware.ModelTensor;
import io.flotilla.hardware.PinnedRun;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** A model on ONNX Runtime. */
final class OnnxModel implements LoadedModel {
  private static final int ALIGNMENT_BYTES = 8;

  private final OrtEnvironment environment;
  private final SharedSession session;
  private final Signature signature;
  private final Set<OnnxPinnedRun> pins = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean closed = new AtomicBoolean();

  OnnxModel(OrtEnvironment environment, OrtSession session, Signature signature) {
    this.environment = environment;
    this.session = new SharedSession(session);
    this.signature = signature;
  }

  @Override
  public List<ModelTensor> inputs() {
    return List.copyOf(signature.inputs().values());
  }

  @Override
  public List<ModelTensor> outputs() {
    return List.copyOf(signature.outputs().values());
  }

  @Override
  public Map<String, Tensor> run(Map<String, Tensor> inputs) {
    OrtSession running = acquire();
    try {
      signature.check(inputs);
      return run(running, inputs);
    } catch (OrtException e) {
      throw RuntimeFailures.scoring(e);
    } finally {
      session.release();
    }
  }

  @Override
  public PinnedRun pin(Map<String, List<Long>> inputShapes) {
    OrtSession running = acquire();
    boolean pinned = false;
    try {
      signature.checkShapes(inputShapes);
      OnnxPinnedRun pin =
          OnnxPinnedRun.open(environment, running, signature, inputShapes, this::unpin);
      pinned = true;
      pins.add(pin);
      if (closed.get()) {
        pin.close();
        throw new IllegalStateException("the model is closed");
      }
      return pin;
    } catch (OrtException e) {
      throw RuntimeFailures.scoring(e);
    } finally {
      if (!pinned) {
        session.release();
      }
    }
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      pins.forEach(OnnxPinnedRun::close);
      session.release();
    }
  }

  private void unpin(OnnxPinnedRun pin) {
    pins.remove(pin);
    session.release();
  }

  private OrtSession acquire() {
    if (closed.get()) {
      throw new IllegalStateException("the model is closed");
    }
    return session.acquire();
  }

  private Map<String, Tensor> run(OrtSession running, Map<String, Tensor> inputs)
      throws OrtException {
    Map<String, OnnxTensor> natives = new LinkedHashMap<>();
    try (Arena arena = Arena.ofConfined()) {
      try {
        for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
          natives.put(input.getKey(), lend(input.getValue(), arena));
        }
        try (OrtSession.Result result = running.run(natives)) {
          return copy(result);
        }
      } finally {
        OnnxValue.close(natives);
      }
    }
  }

  /**
   * A native tensor over the caller's own memory where that can be, else over a copy in the arena.
   */
  private OnnxTensor lend(Tensor tensor, Arena arena) throws OrtException {
    ByteBuffer data = tensor.bytes();
    boolean usable =
        data.isDirect() && data.hasRemaining() && data.alignmentOffset(0, ALIGNMENT_BYTES) == 0;
    if (!usable) {
      ByteBuffer copy =
          arena
              .allocate(Math.max(data.remaining(), ALIGNMENT_BYTES), ALIGNMENT_BYTES)
              .asByteBuffer();
      copy.put(data).flip();
      data = copy;
    }
    return DirectTensor.over(environment, tensor.type(), tensor.shape(), data);
  }

  private Map<String, Tensor> copy(OrtSession.Result result) {
    Map<String, Tensor> outputs = new LinkedHashMap<>();
    for (Map.Entry<String, OnnxValue> entry : result) {
      if (!(entry.getValue() instanceof OnnxTensor tensor)) {
        throw new FlotillaException(
            ErrorCode.SCORING_FAILED,
            "the model gave no dense tensor for its output '%s'".formatted(entry.getKey()));
      }
      outputs.put(entry.getKey(), copy(signature.output(entry.getKey()).type(), tensor));
    }
    return Collections.unmodifiableMap(outputs);
  }

  private static Tensor copy(ElementType type, OnnxTensor tensor) {
    List<Long> shape = Arrays.stream(tensor.getInfo().getShape()).boxed().toList();
    int bytes = Signature.byteSize(type, shape);
    return new Tensor(type, shape, bytes == 0 ? ByteBuffer.allocate(0) : tensor.getByteBuffer());
  }
}
