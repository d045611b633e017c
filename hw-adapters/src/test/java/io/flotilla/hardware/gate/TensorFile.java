package io.flotilla.hardware.gate;

import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.bundle.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads a serialised {@code TensorProto} of a type that tensors carry. */
final class TensorFile {
  private final List<Long> shape = new ArrayList<>();
  private final List<ByteBuffer> packed = new ArrayList<>();
  private Optional<ByteBuffer> raw = Optional.empty();
  private long elementType;
  private boolean plain = true;

  private TensorFile() {}

  /** The tensor; empty for sequences, texts and types that tensors do not carry. */
  static Optional<Tensor> read(Path file) throws IOException {
    TensorFile reading = new TensorFile();
    reading.fields(ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN));
    Optional<ElementType> type = type(reading.elementType);
    return type.isEmpty() || !reading.plain
        ? Optional.empty()
        : Optional.of(reading.tensor(type.get()));
  }

  private static Optional<ElementType> type(long number) {
    return Optional.ofNullable(
        switch ((int) number) {
          case 1 -> ElementType.FP32;
          case 2 -> ElementType.UINT8;
          case 3 -> ElementType.INT8;
          case 5 -> ElementType.INT16;
          case 6 -> ElementType.INT32;
          case 7 -> ElementType.INT64;
          case 9 -> ElementType.BOOL;
          case 11 -> ElementType.FP64;
          default -> null;
        });
  }

  private void fields(ByteBuffer in) {
    while (in.hasRemaining()) {
      long tag = varint(in);
      int field = (int) (tag >>> 3);
      switch ((int) (tag & 7)) {
        case 0 -> number(field, varint(in));
        case 2 -> {
          ByteBuffer value = in.slice().order(ByteOrder.LITTLE_ENDIAN);
          int length = (int) varint(value);
          ByteBuffer body = value.slice(value.position(), length).order(ByteOrder.LITTLE_ENDIAN);
          in.position(in.position() + value.position() + length);
          bytes(field, body);
        }
        default -> {
          plain = false;
          return;
        }
      }
    }
  }

  private void number(int field, long value) {
    switch (field) {
      case 1 -> shape.add(value);
      case 2 -> elementType = value;
      default -> plain = false;
    }
  }

  private void bytes(int field, ByteBuffer body) {
    switch (field) {
      case 1 -> {
        while (body.hasRemaining()) {
          shape.add(varint(body));
        }
      }
      case 9 -> raw = Optional.of(body);
      case 4, 5, 7, 10 -> packed.add(body);
      case 8, 12 -> {} // name, documentation
      default -> plain = false;
    }
  }

  private Tensor tensor(ElementType type) {
    if (raw.isPresent()) {
      return new Tensor(type, shape, raw.get());
    }
    int size = (int) Tensor.elements(shape) * type.bytes();
    ByteBuffer data = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    for (ByteBuffer part : packed) {
      while (part.hasRemaining()) {
        switch (type) {
          case FP32, FP64 -> data.put(part.get());
          case INT64 -> data.putLong(varint(part));
          case INT32 -> data.putInt((int) varint(part));
          case INT16 -> data.putShort((short) varint(part));
          case INT8, UINT8, BOOL -> data.put((byte) varint(part));
        }
      }
    }
    return new Tensor(type, shape, data.flip());
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte b = in.get();
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
  }
}
