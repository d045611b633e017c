package io.flotilla.cli.rows;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.manifest.Dimension;
import io.flotilla.bundle.manifest.TensorSpec;
import io.flotilla.bundle.tensor.ElementType;
import io.flotilla.bundle.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How the numbers of one row fill the inputs of a model: input after input in the model's order,
 * each in row-major order, every open dimension being 1 long.
 *
 * @param inputs the model's inputs
 */
public record RowLayout(List<TensorSpec> inputs) {
  /** Most numbers of a row: 16 Mi, with which golden vectors of FP32 have their most bytes. */
  static final int MAX_COLUMNS = 1 << 24;

  /** Copies the list. */
  public RowLayout {
    inputs = List.copyOf(inputs);
  }

  /**
   * How many numbers a row needs.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if they are more than {@value #MAX_COLUMNS},
   *     with the input that makes them so many
   */
  public int columns() {
    long columns = 0;
    for (TensorSpec input : inputs) {
      columns += elements(input);
      if (columns > MAX_COLUMNS) {
        throw new FlotillaException(
            ErrorCode.INPUT_INVALID,
            "the input '%s' of the shape %s makes a row of %d values, and a row has at most %d"
                .formatted(input.name(), input.shape(), columns, MAX_COLUMNS));
      }
    }
    return (int) columns;
  }

  private static long elements(TensorSpec input) {
    try {
      return Tensor.elements(shape(input));
    } catch (FlotillaException e) {
      throw new FlotillaException(
          e.code(), "the input '%s': %s".formatted(input.name(), e.getMessage()), e);
    }
  }

  /**
   * The tensors of one row.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if the row has another number of values, or one
   *     does not fit its input's type
   */
  public Map<String, Tensor> tensors(double[] row) {
    if (row.length != columns()) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "a row has %d values, the model takes %d".formatted(row.length, columns()));
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    int at = 0;
    for (TensorSpec input : inputs) {
      List<Long> shape = shape(input);
      int elements = Math.toIntExact(Tensor.elements(shape));
      ByteBuffer data =
          ByteBuffer.allocate(elements * input.type().bytes()).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < elements; i++) {
        put(data, input, row[at++]);
      }
      tensors.put(input.name(), new Tensor(input.type(), shape, data.flip()));
    }
    return tensors;
  }

  private static List<Long> shape(TensorSpec input) {
    List<Long> shape = new ArrayList<>();
    for (Dimension dimension : input.shape()) {
      shape.add(dimension.length().orElse(1));
    }
    return shape;
  }

  private static void put(ByteBuffer data, TensorSpec input, double value) {
    ElementType type = input.type();
    switch (type) {
      case FP32 -> data.putFloat((float) value);
      case FP64 -> data.putDouble(value);
      case BOOL -> data.put((byte) whole(input, value, 0, 1));
      case UINT8 -> data.put((byte) whole(input, value, 0, 255));
      case INT8 -> data.put((byte) whole(input, value, Byte.MIN_VALUE, Byte.MAX_VALUE));
      case INT16 -> data.putShort((short) whole(input, value, Short.MIN_VALUE, Short.MAX_VALUE));
      case INT32 -> data.putInt((int) whole(input, value, Integer.MIN_VALUE, Integer.MAX_VALUE));
      case INT64 -> data.putLong(whole(input, value, -1L << 53, 1L << 53));
    }
  }

  private static long whole(TensorSpec input, double value, long least, long most) {
    if (value != Math.rint(value) || value < least || value > most) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "the input %s is %s and cannot be %s".formatted(input.name(), input.type(), value));
    }
    return (long) value;
  }
}
