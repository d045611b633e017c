package io.flotilla.conversion.diff;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.flotilla.conversion.graph.Nodes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The nodes and weights of a model, those of subgraphs and functions included, each with a scope.
 */
final class ModelContent {
  /** Weights are compared by themselves. */
  private static final String WEIGHT = "a weight";

  private final Map<String, TensorProto> weights = new LinkedHashMap<>();
  private final List<ScopedNode> nodes = new ArrayList<>();
  private final Map<String, Integer> operators = new TreeMap<>();

  /**
   * A node and where it is.
   *
   * @param scope empty for the main graph, else as in {@code If_0.then_branch/}
   * @param node the node
   * @param sources where each of its inputs comes from, whatever the values are called: exporters
   *     number them anew
   */
  record ScopedNode(String scope, NodeProto node, List<String> sources) {
    /** Copies the list. */
    ScopedNode {
      sources = List.copyOf(sources);
    }

    String operator() {
      return Nodes.operator(node);
    }

    String name() {
      return scope + Nodes.describe(node);
    }

    /** What it is matched by first. */
    String key() {
      return operator() + " " + name();
    }
  }

  ModelContent(ModelProto model) {
    graph("", model.getGraph(), new Sources(null));
    for (FunctionProto function : model.getFunctionsList()) {
      Sources sources = new Sources(null);
      function.getNodeList().forEach(sources::addOutputs);
      String scope = function.getName() + "/";
      function.getNodeList().forEach(node -> node(scope, node, sources));
    }
  }

  /** Initialisers and constants by scope and name. */
  Map<String, TensorProto> weights() {
    return weights;
  }

  /** All nodes but constants that are weights, in the file's order. */
  List<ScopedNode> nodes() {
    return nodes;
  }

  /** How often each operator is used, constants that are weights left out. */
  Map<String, Integer> operators() {
    return operators;
  }

  private void graph(String scope, GraphProto graph, @Nullable Sources outer) {
    Sources sources = new Sources(outer);
    graph.getNodeList().forEach(sources::addOutputs);
    for (TensorProto tensor : graph.getInitializerList()) {
      weights.put(scope + tensor.getName(), tensor);
      sources.add(tensor.getName(), WEIGHT);
    }
    graph.getNodeList().forEach(node -> node(scope, node, sources));
  }

  private void node(String scope, NodeProto node, Sources sources) {
    Optional<TensorProto> constant = constant(node);
    if (constant.isPresent()) {
      weights.put(scope + node.getOutput(0), constant.get());
      return;
    }
    ScopedNode scoped =
        new ScopedNode(scope, node, node.getInputList().stream().map(sources::of).toList());
    nodes.add(scoped);
    operators.merge(scoped.operator(), 1, Integer::sum);
    for (AttributeProto attribute : node.getAttributeList()) {
      String inner = scoped.name() + "." + attribute.getName() + "/";
      if (attribute.hasG()) {
        graph(inner, attribute.getG(), sources);
      }
      attribute.getGraphsList().forEach(graph -> graph(inner, graph, sources));
    }
  }

  private static Optional<TensorProto> constant(NodeProto node) {
    return Nodes.isStandard(node)
            && node.getOpType().equals("Constant")
            && node.getOutputCount() == 1
        ? Nodes.find(node, "value").filter(AttributeProto::hasT).map(AttributeProto::getT)
        : Optional.empty();
  }

  /** Where the values of a graph come from; what is not known here is asked of the graph around. */
  private static final class Sources {
    private final @Nullable Sources outer;
    private final Map<String, String> known = new HashMap<>();

    Sources(@Nullable Sources outer) {
      this.outer = outer;
    }

    void addOutputs(NodeProto node) {
      boolean weight = constant(node).isPresent();
      for (int i = 0; i < node.getOutputCount(); i++) {
        String source = "output %d of %s %s".formatted(i, Nodes.operator(node), node.getName());
        if (weight) {
          add(node.getOutput(i), WEIGHT);
        } else if (!node.getName().isEmpty()) {
          add(node.getOutput(i), source);
        }
      }
    }

    void add(String value, String source) {
      known.put(value, source);
    }

    /**
     * The source of a value, or its own name: that of an input, or of what a nameless node gives.
     */
    String of(String value) {
      for (Sources at = this; at != null; at = at.outer) {
        String source = at.known.get(value);
        if (source != null) {
          return source;
        }
      }
      return value;
    }
  }
}
