package io.flotilla.cli.onnx;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A multilayer perceptron as an ONNX file: {@code input} FP32[batch, widths[0]] through dense
 * layers with ReLU between them and softmax at the end to {@code output} FP32[batch, widths[last]].
 * Two widths give a linear classifier. IR version 8, opset 13.
 */
public final class PerceptronModel {
  private static final int IR_VERSION = 8;
  private static final int OPSET = 13;
  private static final int FLOAT = 1;

  private PerceptronModel() {}

  /**
   * The bytes of a model with random weights of a standard deviation that keeps signals level; the
   * same generator state gives the same bytes.
   *
   * @param widths sizes of the layers, inputs first; at least two, each ≥ 1
   */
  public static byte[] bytes(List<Integer> widths, RandomGenerator random) {
    Protobuf graph = new Protobuf();
    String last = "input";
    int layers = widths.size() - 1;
    for (int layer = 0; layer < layers; layer++) {
      String dense = "dense" + layer;
      graph.message(1, node("Gemm", dense, last, "w" + layer, "b" + layer));
      boolean end = layer == layers - 1;
      last = end ? "output" : "relu" + layer;
      graph.message(1, node(end ? "Softmax" : "Relu", last, dense));
    }
    graph.text(2, "perceptron");
    for (int layer = 0; layer < layers; layer++) {
      int in = widths.get(layer);
      int out = widths.get(layer + 1);
      graph.message(5, tensor("w" + layer, weights(in, out, random), in, out));
      graph.message(5, tensor("b" + layer, new float[out], out));
    }
    graph.message(11, value("input", widths.getFirst()));
    graph.message(12, value("output", widths.getLast()));
    return new Protobuf()
        .number(1, IR_VERSION)
        .text(2, "flotilla")
        .message(7, graph)
        .message(8, new Protobuf().text(1, "").number(2, OPSET))
        .toBytes();
  }

  private static float[] weights(int in, int out, RandomGenerator random) {
    float[] weights = new float[in * out];
    double deviation = Math.sqrt(2.0 / in);
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (random.nextGaussian() * deviation);
    }
    return weights;
  }

  private static Protobuf node(String operator, String output, String... inputs) {
    Protobuf node = new Protobuf();
    for (String input : inputs) {
      node.text(1, input);
    }
    return node.text(2, output).text(3, output + "_node").text(4, operator);
  }

  private static Protobuf tensor(String name, float[] values, int... dimensions) {
    Protobuf tensor = new Protobuf();
    for (int dimension : dimensions) {
      tensor.number(1, dimension);
    }
    return tensor.number(2, FLOAT).text(8, name).floats(9, values);
  }

  private static Protobuf value(String name, int width) {
    Protobuf shape =
        new Protobuf()
            .message(1, new Protobuf().text(2, "batch"))
            .message(1, new Protobuf().number(1, width));
    Protobuf tensor = new Protobuf().number(1, FLOAT).message(2, shape);
    return new Protobuf().text(1, name).message(2, new Protobuf().message(1, tensor));
  }
}
