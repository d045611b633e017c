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
  private static final int BOOL = 9;
  private static final int FLOAT16 = 10;

  /** Of an attribute. */
  private static final int GRAPH = 5;

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

  /** Keeps a number of two bytes in each of these files. */
  public static byte[] keepingWeightsIn(String... files) {
    TestOnnx graph = new TestOnnx().text(2, "graph").part(12, value("output", row()));
    for (String file : files) {
      graph.part(
          5,
          new TestOnnx()
              .number(1, 1)
              .number(2, FLOAT16)
              .text(8, file)
              .part(13, entry(Map.entry("location", file)))
              .number(14, 1));
    }
    return model(graph).bytes.toByteArray();
  }

  /** Takes its input so many times in a loop; each time costs a little. */
  public static byte[] looping(long times, String text) {
    TestOnnx count = new TestOnnx().number(2, INT64).part(7, varint(times)).text(8, "times");
    return loop("times", text).part(5, count).finish(text);
  }

  /** Runs for ever. */
  public static byte[] endless(String text) {
    return loop("", text).finish(text);
  }

  /** The graph of a loop over an input of two numbers a row. */
  private static TestOnnx loop(String times, String text) {
    TestOnnx body =
        new TestOnnx()
            .part(1, new TestOnnx().text(1, "going").text(2, "again").text(4, "Identity"))
            .part(
                1, new TestOnnx().text(1, "value").text(1, "value").text(2, "next").text(4, "Add"))
            .text(2, "body")
            .part(11, value("step", INT64, new TestOnnx()))
            .part(11, value("going", BOOL, new TestOnnx()))
            .part(11, value("value", row()))
            .part(12, value("again", BOOL, new TestOnnx()))
            .part(12, value("next", row()));
    TestOnnx node =
        new TestOnnx()
            .text(1, times)
            .text(1, "yes")
            .text(1, "input")
            .text(2, "output")
            .text(4, "Loop")
            .part(5, new TestOnnx().text(1, "body").part(6, body).number(20, GRAPH));
    return new TestOnnx()
        .part(1, node)
        .text(2, "loop of " + text)
        .part(5, new TestOnnx().number(2, BOOL).part(5, varint(1)).text(8, "yes"))
        .part(11, value("input", row()))
        .part(12, value("output", row()));
  }

  private byte[] finish(String text) {
    return model(this).text(6, text).bytes.toByteArray();
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
    return value(name, FLOAT, shape);
  }

  private static TestOnnx value(String name, int type, TestOnnx shape) {
    TestOnnx tensor = new TestOnnx().number(1, type).part(2, shape);
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
