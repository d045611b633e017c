package io.flotilla.bundle.tensor;

import java.nio.ByteBuffer;

/** The elements of a tensor as doubles; integers beyond 2^53 lose their last bits. */
public interface Elements {
  /** The element at a row-major index. */
  double at(int index);

  /** A view of a tensor of any type. */
  static Elements of(Tensor tensor) {
    ByteBuffer data = tensor.bytes();
    return switch (tensor.type()) {
      case BOOL, INT8 -> data::get;
      case UINT8 -> i -> Byte.toUnsignedInt(data.get(i));
      case INT16 -> i -> data.getShort(i * Short.BYTES);
      case INT32 -> i -> data.getInt(i * Integer.BYTES);
      case INT64 -> i -> data.getLong(i * Long.BYTES);
      case FP32 -> i -> data.getFloat(i * Float.BYTES);
      case FP64 -> i -> data.getDouble(i * Double.BYTES);
    };
  }

  /** Number of elements of a tensor. */
  static int count(Tensor tensor) {
    return (int) Tensor.elements(tensor.shape());
  }

  /** The place of the largest of so many elements from a place on; the first of equals. */
  default int largest(int from, int count) {
    int best = 0;
    for (int i = 1; i < count; i++) {
      if (at(from + i) > at(from + best)) {
        best = i;
      }
    }
    return best;
  }
}
