package io.flotilla.conversion.tree.ensemble;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.flotilla.conversion.tree.ensemble.EnsembleModel.OutputNames;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Puts an ONNX graph together node by node; names within never meet those of the outputs. */
final class GraphWriter {
  static final int FLOAT = TensorProto.DataType.FLOAT_VALUE;
  static final int INT64 = TensorProto.DataType.INT64_VALUE;

  private final GraphProto.Builder graph = GraphProto.newBuilder();
  private final Set<String> taken;
  private final Map<Float, String> scalars = new HashMap<>();

  GraphWriter(String name, OutputNames names) {
    graph.setName(name);
    taken =
        new HashSet<>(
            List.of(names.input(), names.label(), names.probabilities(), names.prediction()));
  }

  GraphProto graph() {
    return graph.build();
  }

  /** A name that nothing else in the graph has. */
  String name(String wanted) {
    String name = wanted;
    for (int i = 2; !taken.add(name); i++) {
      name = wanted + "_" + i;
    }
    return name;
  }

  void input(String name, int columns) {
    graph.addInput(tensor(name, FLOAT, columns));
  }

  void output(String name, int type, int... columns) {
    graph.addOutput(tensor(name, type, columns));
  }

  void add(NodeProto node) {
    graph.addNode(node);
  }

  /** A node of ai.onnx with one output of a fresh name, which it returns. */
  String node(String operator, List<String> inputs, AttributeProto... attributes) {
    return named(name(operator.toLowerCase(Locale.ROOT)), operator, inputs, attributes);
  }

  /** A node of ai.onnx with an output of this name. */
  String named(String output, String operator, List<String> inputs, AttributeProto... attributes) {
    graph.addNode(
        NodeProto.newBuilder()
            .setName(output)
            .setOpType(operator)
            .addAllInput(inputs)
            .addOutput(output)
            .addAllAttribute(List.of(attributes)));
    return output;
  }

  /** A constant number without dimensions. */
  String scalar(float value) {
    return scalars.computeIfAbsent(
        value,
        v -> {
          String name = name("constant");
          graph.addInitializer(
              TensorProto.newBuilder().setName(name).setDataType(FLOAT).addFloatData(v));
          return name;
        });
  }

  /** A constant list of integers, or a constant integer without dimensions. */
  String integers(boolean list, long... values) {
    String name = name("indices");
    TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(INT64);
    if (list) {
      tensor.addDims(values.length);
    }
    for (long value : values) {
      tensor.addInt64Data(value);
    }
    graph.addInitializer(tensor);
    return name;
  }

  /** A constant of floats. */
  String floats(String wanted, TensorProto.Builder tensor) {
    String name = name(wanted);
    graph.addInitializer(tensor.setName(name).setDataType(FLOAT));
    return name;
  }

  static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  private static ValueInfoProto tensor(String name, int type, int... columns) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimParam("batch"));
    for (int column : columns) {
      shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(column));
    }
    TypeProto.Builder typed =
        TypeProto.newBuilder()
            .setTensorType(TypeProto.Tensor.newBuilder().setElemType(type).setShape(shape));
    return ValueInfoProto.newBuilder().setName(name).setType(typed).build();
  }
}
