package io.flotilla.hardware.inspect;

import io.flotilla.bundle.tensor.ElementType;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Element types of ONNX with their number in {@code TensorProto.DataType} (ONNX 1.21). */
enum OnnxElement {
  FP32(1, 32),
  UINT8(2, 8),
  INT8(3, 8),
  UINT16(4, 16),
  INT16(5, 16),
  INT32(6, 32),
  INT64(7, 64),
  STRING(8, 0),
  BOOL(9, 8),
  FP16(10, 16),
  FP64(11, 64),
  UINT32(12, 32),
  UINT64(13, 64),
  COMPLEX64(14, 64),
  COMPLEX128(15, 128),
  BF16(16, 16),
  FP8E4M3FN(17, 8),
  FP8E4M3FNUZ(18, 8),
  FP8E5M2(19, 8),
  FP8E5M2FNUZ(20, 8),
  UINT4(21, 4),
  INT4(22, 4),
  FP4E2M1(23, 4),
  FP8E8M0(24, 8),
  UINT2(25, 2),
  INT2(26, 2);

  private static final Map<Long, OnnxElement> BY_NUMBER =
      Arrays.stream(values())
          .collect(Collectors.toUnmodifiableMap(e -> e.number, Function.identity()));

  private final long number;
  private final int bits;

  OnnxElement(long number, int bits) {
    this.number = number;
    this.bits = bits;
  }

  /** The type of this number, if ONNX has one. */
  static Optional<OnnxElement> of(long number) {
    return Optional.ofNullable(BY_NUMBER.get(number));
  }

  /** Its name here, {@code UNDEFINED} for 0, and {@code TYPE_n} for numbers that ONNX lacks. */
  static String nameOf(long number) {
    return number == 0
        ? "UNDEFINED"
        : of(number).map(OnnxElement::name).orElse("TYPE_" + Long.toUnsignedString(number));
  }

  /** Bits of one element; 0 for texts, which have no fixed size. */
  int bits() {
    return bits;
  }

  /** The same type as tensors here carry it, if they do. */
  Optional<ElementType> carried() {
    return Arrays.stream(ElementType.values())
        .filter(type -> type.name().equals(name()))
        .findFirst();
  }
}
