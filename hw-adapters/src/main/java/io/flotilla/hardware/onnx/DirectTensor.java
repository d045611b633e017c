package io.flotilla.hardware.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.flotilla.bundle.tensor.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;

/**
 * A native tensor over a direct buffer that both sides see.
 *
 * @param onnx the native tensor, freed by {@link #close}
 * @param shape its shape
 * @param bytes the caller's view of the memory, little-endian like every platform the runtime has
 * @param floats the caller's view as floats, for FP32
 */
record DirectTensor(
    OnnxTensor onnx, List<Long> shape, ByteBuffer bytes, Optional<FloatBuffer> floats)
    implements AutoCloseable {
  // A zero-length direct buffer has no address, and the runtime wants one.
  private static final int MIN_BYTES = 8;

  /** Makes one that holds zeros. */
  static DirectTensor zeros(OrtEnvironment environment, ElementType type, List<Long> shape)
      throws OrtException {
    int size = Signature.byteSize(type, shape);
    ByteBuffer memory = ByteBuffer.allocateDirect(Math.max(size, MIN_BYTES)).limit(size);
    ByteBuffer bytes = memory.slice().order(ByteOrder.LITTLE_ENDIAN);
    return new DirectTensor(
        over(environment, type, shape, memory),
        List.copyOf(shape),
        bytes,
        type == ElementType.FP32 ? Optional.of(bytes.asFloatBuffer()) : Optional.empty());
  }

  /** A native tensor over direct memory, which must stay while the tensor lives. */
  static OnnxTensor over(
      OrtEnvironment environment, ElementType type, List<Long> shape, ByteBuffer memory)
      throws OrtException {
    long[] lengths = shape.stream().mapToLong(Long::longValue).toArray();
    return OnnxTensor.createTensor(environment, memory, lengths, Signature.runtimeType(type));
  }

  @Override
  public void close() {
    onnx.close();
  }
}
