package io.flotilla.agent.testing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A real ONNX model, written byte by byte: {@code output[batch,3] = input[batch,4] × W + b}.
 *
 * @param scale the weight of input i for output i; a version's fingerprint in its answers
 */
public record TinyModel(float scale) {
  /** Values of one input row. */
  public static final int INPUTS = 4;

  /** Values of one output row. */
  public static final int OUTPUTS = 3;

  private static final int FLOAT = 1;

  /** What the model must answer. */
  public float[] expected(float... row) {
    float[] output = new float[OUTPUTS];
    for (int o = 0; o < OUTPUTS; o++) {
      output[o] = scale * row[o] + 0.25f * row[3] + o;
    }
    return output;
  }

  /** The model file. */
  public byte[] onnx() {
    float[] weights = new float[INPUTS * OUTPUTS];
    float[] bias = new float[OUTPUTS];
    for (int o = 0; o < OUTPUTS; o++) {
      weights[o * OUTPUTS + o] = scale;
      weights[3 * OUTPUTS + o] = 0.25f;
      bias[o] = o;
    }
    Proto node =
        new Proto().text(1, "input").text(1, "W").text(1, "b").text(2, "output").text(4, "Gemm");
    Proto graph =
        new Proto()
            .message(1, node)
            .text(2, "tiny")
            .message(5, tensor("W", weights, INPUTS, OUTPUTS))
            .message(5, tensor("b", bias, OUTPUTS))
            .message(11, value("input", INPUTS))
            .message(12, value("output", OUTPUTS));
    Proto opset = new Proto().text(1, "").number(2, 13);
    return new Proto().number(1, 7).text(2, "test").message(7, graph).message(8, opset).bytes();
  }

  private static Proto tensor(String name, float[] values, int... dims) {
    Proto tensor = new Proto();
    for (int dim : dims) {
      tensor.number(1, dim);
    }
    ByteBuffer raw =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(values);
    return tensor.number(2, FLOAT).text(8, name).raw(9, raw.array());
  }

  private static Proto value(String name, int columns) {
    Proto shape =
        new Proto()
            .message(1, new Proto().text(2, "batch"))
            .message(1, new Proto().number(1, columns));
    Proto type = new Proto().message(1, new Proto().number(1, FLOAT).message(2, shape));
    return new Proto().text(1, name).message(2, type);
  }

  /** Protocol buffers, as much as is needed. */
  private static final class Proto {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Proto number(int field, long value) {
      varint((long) field << 3);
      varint(value);
      return this;
    }

    Proto text(int field, String value) {
      return raw(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Proto message(int field, Proto value) {
      return raw(field, value.bytes());
    }

    Proto raw(int field, byte[] value) {
      varint(((long) field << 3) | 2);
      varint(value.length);
      out.writeBytes(value);
      return this;
    }

    byte[] bytes() {
      return out.toByteArray();
    }

    private void varint(long value) {
      long rest = value;
      while ((rest & ~0x7fL) != 0) {
        out.write((int) ((rest & 0x7f) | 0x80));
        rest >>>= 7;
      }
      out.write((int) rest);
    }
  }
}
