package io.flotilla.controller.fleet;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Small ONNX models, written field by field. Numbers are those of onnx.proto; every field is a
 * varint or has a length.
 */
public final class TestOnnx {
  private static final int FLOAT = 1;
  private static final int INT64 = 7;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** Gives back what it gets, two numbers a row; the text makes one model differ from another. */
  public static byte[] identity(String text) {
    TestOnnx node = new TestOnnx().text(1, "input").text(2, "output").text(4, "Identity");
    TestOnnx graph =
        new TestOnnx()
            .part(1, node)
            .text(2, "graph")
            .part(11, value("input", row()))
            .part(12, value("output", row()));
    return model(graph).text(6, text).bytes.toByteArray();
  }

  /** Makes as many numbers as it is told, out of nothing. */
  public static byte[] filling(long count) {
    TestOnnx length =
        new TestOnnx().number(1, 1).number(2, INT64).part(7, varint(count)).text(8, "length");
    TestOnnx node = new TestOnnx().text(1, "length").text(2, "output").text(4, "ConstantOfShape");
    TestOnnx open = new TestOnnx().part(1, new TestOnnx().text(2, "count"));
    TestOnnx graph =
        new TestOnnx()
            .part(1, node)
            .text(2, "graph")
            .part(5, length)
            .part(12, value("output", open));
    return model(graph).bytes.toByteArray();
  }

  private static TestOnnx model(TestOnnx graph) {
    return new TestOnnx()
        .number(1, 6)
        .part(7, graph)
        .part(8, new TestOnnx().number(2, 13))
        .part(14, entry(Map.entry("author", "a test")));
  }

  private static TestOnnx entry(Map.Entry<String, String> entry) {
    return new TestOnnx().text(1, entry.getKey()).text(2, entry.getValue());
  }

  private static TestOnnx row() {
    return new TestOnnx()
        .part(1, new TestOnnx().text(2, "batch"))
        .part(1, new TestOnnx().number(1, 2));
  }

  private static TestOnnx value(String name, TestOnnx shape) {
    TestOnnx tensor = new TestOnnx().number(1, FLOAT).part(2, shape);
    return new TestOnnx().text(1, name).part(2, new TestOnnx().part(1, tensor));
  }

  private static TestOnnx varint(long value) {
    TestOnnx packed = new TestOnnx();
    packed.raw(value);
    return packed;
  }

  private TestOnnx number(int field, long value) {
    raw((long) field << 3);
    raw(value);
    return this;
  }

  private TestOnnx text(int field, String value) {
    return sized(field, value.getBytes(StandardCharsets.UTF_8));
  }

  private TestOnnx part(int field, TestOnnx value) {
    return sized(field, value.bytes.toByteArray());
  }

  private TestOnnx sized(int field, byte[] value) {
    raw(((long) field << 3) | 2);
    raw(value.length);
    bytes.writeBytes(value);
    return this;
  }

  private void raw(long value) {
    long left = value;
    while (left > 0x7f) {
      bytes.write((int) ((left & 0x7f) | 0x80));
      left >>>= 7;
    }
    bytes.write((int) left);
  }
}
