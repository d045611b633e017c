package io.flotilla.registry.dataset.parquet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Where the bytes of a value lie; valid until the next value. */
final class Slice {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private byte[] bytes = {};
  private int from;
  private int length;

  /** Lays it over bytes that are there. */
  void set(byte[] over, int start, int size) {
    if (start < 0 || size < 0 || size > over.length - start) {
      throw ThriftReader.damaged("a page ends within a value");
    }
    bytes = over;
    from = start;
    length = size;
  }

  byte[] bytes() {
    return bytes;
  }

  int from() {
    return from;
  }

  int length() {
    return length;
  }

  /** The first four bytes. */
  int int32() {
    requireLength(Integer.BYTES);
    return (int) INT.get(bytes, from);
  }

  /** The first eight bytes. */
  long int64() {
    requireLength(Long.BYTES);
    return (long) LONG.get(bytes, from);
  }

  private void requireLength(int least) {
    if (length < least) {
      throw ThriftReader.damaged("a value is too short");
    }
  }
}
