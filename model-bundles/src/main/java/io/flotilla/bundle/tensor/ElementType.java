package io.flotilla.bundle.tensor;

/**
 * Element types of tensors, named as in the Open Inference Protocol v2, with the size of one
 * element in bytes.
 */
public enum ElementType {
  /** One byte, 0 or 1. */
  BOOL(1),
  /** Unsigned 8-bit. */
  UINT8(1),
  /** Signed 8-bit. */
  INT8(1),
  /** Signed 16-bit. */
  INT16(2),
  /** Signed 32-bit. */
  INT32(4),
  /** Signed 64-bit. */
  INT64(8),
  /** IEEE 754 binary32. */
  FP32(4),
  /** IEEE 754 binary64. */
  FP64(8);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /** Size of one element in bytes. */
  public int bytes() {
    return bytes;
  }
}
