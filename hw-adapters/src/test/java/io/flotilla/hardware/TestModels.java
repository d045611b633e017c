package io.flotilla.hardware;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Small ONNX files; the numbers are the field numbers of onnx.proto. */
public final class TestModels {
  /** {@code TensorProto.DataType}. */
  public static final int FLOAT = 1;

  public static final int UINT8 = 2;
  public static final int INT8 = 3;
  public static final int INT16 = 5;
  public static final int INT32 = 6;
  public static final int INT64 = 7;
  public static final int STRING = 8;
  public static final int BOOL = 9;
  public static final int FLOAT16 = 10;
  public static final int DOUBLE = 11;

  /** Classes of {@link #classifier}. */
  public static final int CLASSES = 10;

  private TestModels() {}

  /** A model of this IR version and opset around a graph. */
  public static byte[] model(long irVersion, long opset, Proto graph) {
    return new Proto()
        .number(1, irVersion)
        .text(2, "flotilla-tests")
        .text(3, "1")
        .message(7, graph)
        .message(8, new Proto().text(1, "").number(2, opset))
        .toBytes();
  }

  /** {@code output = Identity(input)}, of any type. */
  public static byte[] identity(int elementType, Object... shape) {
    return model(
        8,
        13,
        new Proto()
            .message(1, node("Identity", "output", "input"))
            .text(2, "identity")
            .message(11, tensor("input", elementType, shape))
            .message(12, tensor("output", elementType, shape)));
  }

  /** One node of an operator that takes {@code input} and gives {@code output}, FP32[batch, 4]. */
  public static byte[] unary(String operator, long irVersion, long opset) {
    return model(
        irVersion,
        opset,
        new Proto()
            .message(1, node(operator, "output", "input"))
            .text(2, "unary")
            .message(11, tensor("input", FLOAT, "batch", 4))
            .message(12, tensor("output", FLOAT, "batch", 4)));
  }

  /** {@code output = Softmax(Gemm(input, W, b))}: FP32[batch, features] to FP32[batch, 10]. */
  public static byte[] classifier(int features) {
    Random random = new Random(42);
    return model(
        8,
        13,
        new Proto()
            .message(1, node("Gemm", "logits", "input", "W", "b"))
            .message(1, node("Softmax", "output", "logits"))
            .text(2, "classifier")
            .message(5, weights("W", random, features, CLASSES))
            .message(5, weights("b", random, CLASSES))
            .message(11, tensor("input", FLOAT, "batch", features))
            .message(12, tensor("output", FLOAT, "batch", CLASSES)));
  }

  /** A chain of square matrix products with Relu between: FP32[batch, width] to the same. */
  public static byte[] chain(int width, int layers) {
    Random random = new Random(42);
    Proto graph = new Proto().text(2, "chain");
    String from = "input";
    for (int i = 0; i < layers; i++) {
      graph
          .message(1, node("MatMul", "m" + i, from, "W" + i))
          .message(1, node("Relu", i == layers - 1 ? "output" : "r" + i, "m" + i))
          .message(5, weights("W" + i, random, width, width));
      from = "r" + i;
    }
    return model(
        8,
        13,
        graph
            .message(11, tensor("input", FLOAT, "batch", width))
            .message(12, tensor("output", FLOAT, "batch", width)));
  }

  /** {@code sum = a + b} in FP32[2] and {@code twice = n + n} in INT64[2]. */
  public static byte[] twoKinds() {
    return model(
        8,
        13,
        new Proto()
            .message(1, node("Add", "sum", "a", "b"))
            .message(1, node("Add", "twice", "n", "n"))
            .text(2, "two-kinds")
            .message(11, tensor("a", FLOAT, 2))
            .message(11, tensor("b", FLOAT, 2))
            .message(11, tensor("n", INT64, 2))
            .message(12, tensor("sum", FLOAT, 2))
            .message(12, tensor("twice", INT64, 2)));
  }

  /** {@code output = Gather(table, index)} from a table of 4 rows. */
  public static byte[] gather() {
    return model(
        8,
        13,
        new Proto()
            .message(1, node("Gather", "output", "table", "index"))
            .text(2, "gather")
            .message(5, weights("table", new Random(42), 4, 3))
            .message(11, tensor("index", INT64, "n"))
            .message(12, tensor("output", FLOAT, "n", 3)));
  }

  /** {@code output} = {@code input}, FP32[4], after a loop that nothing ends. */
  public static byte[] endless() {
    Proto body =
        new Proto()
            .message(1, node("Identity", "again", "going"))
            .message(1, node("Add", "next", "value", "value"))
            .text(2, "body")
            .message(11, tensor("i", INT64))
            .message(11, tensor("going", BOOL))
            .message(11, tensor("value", FLOAT, 4))
            .message(12, tensor("again", BOOL))
            .message(12, tensor("next", FLOAT, 4));
    Proto attribute = new Proto().text(1, "body").message(6, body).number(20, 5);
    return model(
        8,
        13,
        new Proto()
            .message(1, node("Loop", "output", "", "yes", "input").message(5, attribute))
            .text(2, "endless")
            .message(5, new Proto().number(2, BOOL).text(8, "yes").bytes(9, new byte[] {1}))
            .message(11, tensor("input", FLOAT, 4))
            .message(12, tensor("output", FLOAT, 4)));
  }

  /** {@code output}, FP32[elements] = {@code input}, FP32[1], so many times. */
  public static byte[] huge(long elements) {
    byte[] length =
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(elements).array();
    return model(
        8,
        13,
        new Proto()
            .message(1, node("Expand", "output", "input", "shape"))
            .text(2, "huge")
            .message(5, new Proto().number(1, 1).number(2, INT64).text(8, "shape").bytes(9, length))
            .message(11, tensor("input", FLOAT, 1))
            .message(12, tensor("output", FLOAT, "n")));
  }

  /** A {@code NodeProto}. */
  public static Proto node(String operator, String output, String... inputs) {
    Proto node = new Proto();
    for (String input : inputs) {
      node.text(1, input);
    }
    return node.text(2, output).text(3, operator + "-" + output).text(4, operator);
  }

  /** A {@code ValueInfoProto} of a dense tensor; a text in the shape is an open dimension. */
  public static Proto tensor(String name, int elementType, Object... shape) {
    Proto dims = new Proto();
    for (Object dim : shape) {
      dims.message(
          1,
          dim instanceof String symbol
              ? new Proto().text(2, symbol)
              : new Proto().number(1, ((Number) dim).longValue()));
    }
    return new Proto()
        .text(1, name)
        .message(2, new Proto().message(1, new Proto().number(1, elementType).message(2, dims)));
  }

  /** A {@code TensorProto} of FP32 values in −0.5 to 0.5. */
  public static Proto weights(String name, Random random, int... shape) {
    Proto tensor = new Proto();
    int elements = 1;
    for (int length : shape) {
      tensor.number(1, length);
      elements *= length;
    }
    ByteBuffer values = ByteBuffer.allocate(4 * elements).order(ByteOrder.LITTLE_ENDIAN);
    while (values.hasRemaining()) {
      values.putFloat(random.nextFloat() - 0.5f);
    }
    return tensor.number(2, FLOAT).text(8, name).bytes(9, values.array());
  }

  /** Writes a file. */
  public static Path write(Path folder, String name, byte[] content) {
    try {
      return Files.write(folder.resolve(name), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
