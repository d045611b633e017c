package io.flotilla.conversion.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.flotilla.bundle.failure.Printable;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Single nodes: made, asked, and named for people. */
public final class Nodes {
  private static final Set<String> DEFAULT_DOMAINS = Set.of("", "ai.onnx");

  private Nodes() {}

  /**
   * A node of the default operator domain, named after its first output.
   *
   * @param operator as in {@code Add}
   */
  public static NodeProto of(
      String operator, List<String> inputs, List<String> outputs, AttributeProto... attributes) {
    return NodeProto.newBuilder()
        .setOpType(operator)
        .setName(outputs.getFirst() + "_" + operator)
        .addAllInput(inputs)
        .addAllOutput(outputs)
        .addAllAttribute(List.of(attributes))
        .build();
  }

  /** An attribute that is a whole number. */
  public static AttributeProto attribute(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  /** An attribute that is a number. */
  public static AttributeProto attribute(String name, float value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.FLOAT)
        .setF(value)
        .build();
  }

  /** A whole number of a node's attributes. */
  public static long integer(NodeProto node, String attribute, long otherwise) {
    return find(node, attribute).map(AttributeProto::getI).orElse(otherwise);
  }

  /** A number of a node's attributes. */
  public static float number(NodeProto node, String attribute, float otherwise) {
    return find(node, attribute).map(AttributeProto::getF).orElse(otherwise);
  }

  /** The attribute of this name, if the node has it. */
  public static Optional<AttributeProto> find(NodeProto node, String attribute) {
    return node.getAttributeList().stream().filter(a -> a.getName().equals(attribute)).findFirst();
  }

  /** Whether the operator is one of ONNX's own, in a graph that spells its domain either way. */
  public static boolean isStandard(NodeProto node) {
    return DEFAULT_DOMAINS.contains(node.getDomain());
  }

  /** The operator with its domain, where that is not the default one. */
  public static String operator(NodeProto node) {
    return isStandard(node) ? node.getOpType() : node.getDomain() + "." + node.getOpType();
  }

  /** The input at a place, if the node gives it. */
  public static Optional<String> input(NodeProto node, int at) {
    return at < node.getInputCount() && !node.getInput(at).isEmpty()
        ? Optional.of(node.getInput(at))
        : Optional.empty();
  }

  /** The subgraphs that a node holds, in the order of its attributes. */
  public static List<GraphProto> subgraphs(NodeProto node) {
    return node.getAttributeList().stream()
        .flatMap(
            attribute ->
                attribute.hasG() ? Stream.of(attribute.getG()) : attribute.getGraphsList().stream())
        .toList();
  }

  /** Names that a node's subgraphs take from outside of themselves. */
  public static Set<String> outerNames(NodeProto node) {
    Set<String> outer = new LinkedHashSet<>();
    for (GraphProto graph : subgraphs(node)) {
      Set<String> inside = new HashSet<>();
      graph.getInputList().forEach(input -> inside.add(input.getName()));
      graph.getInitializerList().forEach(tensor -> inside.add(tensor.getName()));
      graph.getSparseInitializerList().forEach(t -> inside.add(t.getValues().getName()));
      Set<String> used = new LinkedHashSet<>();
      for (NodeProto inner : graph.getNodeList()) {
        used.addAll(inner.getInputList());
        used.addAll(outerNames(inner));
        inside.addAll(inner.getOutputList());
      }
      graph.getOutputList().forEach(output -> used.add(output.getName()));
      used.removeAll(inside);
      outer.addAll(used);
    }
    outer.remove("");
    return outer;
  }

  /** A node's name, or what it gives if it has none, for people. */
  public static String describe(NodeProto node) {
    String name = node.getName();
    if (name.isEmpty()) {
      name = node.getOutputList().stream().findFirst().orElse("?");
    }
    return Printable.of(name);
  }
}
