package io.flotilla.conversion.graph;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import io.flotilla.bundle.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/** Weights as arrays, and arrays as weights. */
public final class TensorValues {
  /** {@code TensorProto.DataType.FLOAT}. */
  public static final int FLOAT = TensorProto.DataType.FLOAT_VALUE;

  /** {@code TensorProto.DataType.FLOAT16}. */
  public static final int FLOAT16 = TensorProto.DataType.FLOAT16_VALUE;

  private TensorValues() {}

  /**
   * Number of elements.
   *
   * @throws FlotillaException {@code MODEL_MALFORMED} if a dimension is negative or the product
   *     over {@link Tensor#MAX_ELEMENTS}
   */
  public static int elements(TensorProto tensor) {
    try {
      return (int) Tensor.elements(tensor.getDimsList());
    } catch (FlotillaException e) {
      throw new FlotillaException(
          ErrorCode.MODEL_MALFORMED,
          "the weights %s have the impossible shape %s"
              .formatted(Printable.of(tensor.getName()), tensor.getDimsList()),
          e);
    }
  }

  /**
   * The values of an FP32 tensor.
   *
   * @throws FlotillaException {@code MODEL_MALFORMED} if there are more or fewer than its shape
   *     says
   * @throws IllegalArgumentException if it is of another type
   */
  public static float[] floats(TensorProto tensor) {
    if (tensor.getDataType() != FLOAT) {
      throw new IllegalArgumentException("not an FP32 tensor: " + tensor.getName());
    }
    int elements = elements(tensor);
    if (tensor.getFloatDataCount() > 0) {
      require(tensor, tensor.getFloatDataCount(), elements);
      float[] values = new float[elements];
      for (int i = 0; i < elements; i++) {
        values[i] = tensor.getFloatData(i);
      }
      return values;
    }
    // Nothing is laid out for a shape before its content is known to be there.
    ByteBuffer raw = raw(tensor, Float.BYTES);
    float[] values = new float[elements];
    raw.asFloatBuffer().get(values);
    return values;
  }

  /**
   * The values of a tensor of numbers as doubles; integers beyond 2^53 lose their last bits.
   *
   * @return empty for texts, complex numbers, 8-bit floats, bfloat16 and 4-bit integers
   * @throws FlotillaException {@code MODEL_MALFORMED} if there are more or fewer than its shape
   *     says
   */
  public static double[] numbers(TensorProto tensor) {
    TensorProto.DataType type = TensorProto.DataType.forNumber(tensor.getDataType());
    if (type == null) {
      return new double[0];
    }
    return switch (type) {
      case FLOAT -> widen(floats(tensor));
      case DOUBLE -> doubles(tensor);
      case INT64 -> longs(tensor);
      case FLOAT16, INT8, UINT8, INT16, UINT16, INT32, BOOL -> small(tensor, type);
      default -> new double[0];
    };
  }

  /** An FP32 tensor. */
  public static TensorProto ofFloats(String name, List<Long> shape, float... values) {
    ByteBuffer data = buffer(values.length * Float.BYTES);
    data.asFloatBuffer().put(values);
    return tensor(name, FLOAT, shape, data);
  }

  /** An FP16 tensor of these values, each rounded to the nearest. */
  public static TensorProto ofHalves(String name, List<Long> shape, float... values) {
    ByteBuffer data = buffer(values.length * Short.BYTES);
    for (float value : values) {
      data.putShort(Float.floatToFloat16(value));
    }
    return tensor(name, FLOAT16, shape, data.rewind());
  }

  /**
   * A tensor of bytes.
   *
   * @param type {@code INT8} or {@code UINT8}
   */
  public static TensorProto ofBytes(
      String name, TensorProto.DataType type, List<Long> shape, byte... values) {
    return tensor(name, type.getNumber(), shape, ByteBuffer.wrap(values));
  }

  private static TensorProto tensor(String name, int type, List<Long> shape, ByteBuffer data) {
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(type)
        .addAllDims(shape)
        .setRawData(ByteString.copyFrom(data))
        .build();
  }

  private static double[] widen(float[] values) {
    double[] wide = new double[values.length];
    Arrays.setAll(wide, i -> values[i]);
    return wide;
  }

  private static double[] doubles(TensorProto tensor) {
    if (tensor.getDoubleDataCount() > 0) {
      return filled(tensor, tensor.getDoubleDataCount(), tensor::getDoubleData);
    }
    ByteBuffer raw = raw(tensor, Double.BYTES);
    return filled(tensor, elements(tensor), i -> raw.getDouble(i * Double.BYTES));
  }

  private static double[] longs(TensorProto tensor) {
    if (tensor.getInt64DataCount() > 0) {
      return filled(tensor, tensor.getInt64DataCount(), tensor::getInt64Data);
    }
    ByteBuffer raw = raw(tensor, Long.BYTES);
    return filled(tensor, elements(tensor), i -> raw.getLong(i * Long.BYTES));
  }

  /** Types whose typed field is {@code int32_data}. */
  private static double[] small(TensorProto tensor, TensorProto.DataType type) {
    if (tensor.getInt32DataCount() > 0) {
      return filled(
          tensor,
          tensor.getInt32DataCount(),
          i ->
              type == TensorProto.DataType.FLOAT16
                  ? Float.float16ToFloat((short) tensor.getInt32Data(i))
                  : tensor.getInt32Data(i));
    }
    int bytes =
        switch (type) {
          case INT32 -> Integer.BYTES;
          case FLOAT16, INT16, UINT16 -> Short.BYTES;
          default -> Byte.BYTES;
        };
    ByteBuffer raw = raw(tensor, bytes);
    return filled(
        tensor,
        elements(tensor),
        i ->
            switch (type) {
              case INT32 -> raw.getInt(i * Integer.BYTES);
              case INT16 -> raw.getShort(i * Short.BYTES);
              case UINT16 -> Short.toUnsignedInt(raw.getShort(i * Short.BYTES));
              case FLOAT16 -> Float.float16ToFloat(raw.getShort(i * Short.BYTES));
              case INT8 -> raw.get(i);
              default -> Byte.toUnsignedInt(raw.get(i));
            });
  }

  private static double[] filled(TensorProto tensor, int count, IntToDoubleFunction values) {
    require(tensor, count, elements(tensor));
    double[] filled = new double[count];
    Arrays.setAll(filled, values);
    return filled;
  }

  private static ByteBuffer raw(TensorProto tensor, int bytes) {
    ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    require(tensor, raw.remaining(), (long) elements(tensor) * bytes);
    return raw.slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void require(TensorProto tensor, long has, long needs) {
    if (has != needs) {
      throw new FlotillaException(
          ErrorCode.MODEL_MALFORMED,
          "the weights %s of shape %s need %d values or bytes and have %d"
              .formatted(Printable.of(tensor.getName()), tensor.getDimsList(), needs, has));
    }
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
