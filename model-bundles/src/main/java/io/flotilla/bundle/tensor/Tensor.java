package io.flotilla.bundle.tensor;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * A dense tensor in row-major order.
 *
 * @param type element type
 * @param shape length of each dimension, outermost first; empty for a scalar; each ≥ 0
 * @param data little-endian elements, exactly {@code elements × type.bytes()} from position to
 *     limit; direct or heap; never modified through this record
 */
public record Tensor(ElementType type, List<Long> shape, ByteBuffer data) {
  /** Most elements of one tensor. */
  public static final long MAX_ELEMENTS = 1L << 28;

  /**
   * Checks that shape and data agree.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if a dimension is negative, the tensor has more
   *     than {@link #MAX_ELEMENTS} elements, or the data has another size than the shape says
   */
  public Tensor {
    shape = List.copyOf(shape);
    long elements = elements(shape);
    if (data.remaining() != elements * type.bytes()) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "tensor of shape %s and type %s needs %d bytes, has %d"
              .formatted(shape, type, elements * type.bytes(), data.remaining()));
    }
    data = data.slice().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** An FP32 tensor with a copy of these values. */
  public static Tensor ofFloats(List<Long> shape, float... values) {
    ByteBuffer data =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    data.asFloatBuffer().put(values);
    return new Tensor(ElementType.FP32, shape, data);
  }

  /** An INT64 tensor with a copy of these values. */
  public static Tensor ofLongs(List<Long> shape, long... values) {
    ByteBuffer data =
        ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    data.asLongBuffer().put(values);
    return new Tensor(ElementType.INT64, shape, data);
  }

  /**
   * Number of elements that a shape has.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if a dimension is negative or the product is
   *     over {@link #MAX_ELEMENTS}
   */
  public static long elements(List<Long> shape) {
    long elements = 1;
    for (long length : shape) {
      if (length < 0 || length > MAX_ELEMENTS) {
        throw new FlotillaException(
            ErrorCode.INPUT_INVALID,
            "no tensor has the shape %s: each length is from 0 to %d"
                .formatted(shape, MAX_ELEMENTS));
      }
      elements *= length;
      if (elements > MAX_ELEMENTS) {
        throw new FlotillaException(
            ErrorCode.INPUT_INVALID,
            "no tensor has the shape %s: it has at most %d elements"
                .formatted(shape, MAX_ELEMENTS));
      }
    }
    return elements;
  }

  /** A fresh little-endian view from the first element; the position is the caller's own. */
  public ByteBuffer bytes() {
    return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * A view as floats.
   *
   * @throws IllegalStateException if the type is not FP32
   */
  public FloatBuffer floats() {
    if (type != ElementType.FP32) {
      throw new IllegalStateException("tensor is " + type + ", not FP32");
    }
    return bytes().asFloatBuffer();
  }

  /** A copy as a float array; see {@link #floats()}. */
  public float[] toFloats() {
    float[] values = new float[data.remaining() / Float.BYTES];
    floats().get(values);
    return values;
  }
}
