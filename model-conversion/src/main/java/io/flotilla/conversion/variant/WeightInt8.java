package io.flotilla.conversion.variant;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.flotilla.conversion.graph.GraphDraft;
import io.flotilla.conversion.graph.Nodes;
import io.flotilla.conversion.graph.TensorValues;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Stores large FP32 constants as int8 with a scale per channel: {@code W = Cast(int8) × scale}. The
 * widened form keeps the constant's name, so that no node and no subgraph sees a change. The
 * runtime folds both nodes when it loads the model: a call costs what it did, and memory too.
 *
 * <p>{@code DequantizeLinear} would say the same in one node, but only from opset 13 on; and ONNX
 * Runtime 1.29 does not fold it on the CPU: with it, calls of a real model took 1.4 times as long
 * as with FP32 weights, and products came out otherwise than in FP32.
 */
final class WeightInt8 {
  /** Constants of fewer elements stay as they are. */
  static final int LEAST_ELEMENTS = 1024;

  /** With fewer elements per channel than this, one scale serves all: scales cost space too. */
  static final int LEAST_PER_CHANNEL = 16;

  private final GraphDraft draft;
  private final Tally tally;
  private final Set<String> users = new HashSet<>();

  WeightInt8(GraphDraft draft, Tally tally) {
    this.draft = draft;
    this.tally = tally;
  }

  ModelProto rewrite() {
    Map<String, List<NodeProto>> consumers = consumers();
    List<NodeProto> out = new ArrayList<>();
    for (TensorProto constant : draft.constants()) {
      List<NodeProto> nodes = consumers.getOrDefault(constant.getName(), List.of());
      if (nodes.isEmpty()
          || constant.getDataType() != TensorValues.FLOAT
          || draft.isOutput(constant.getName())) {
        continue;
      }
      Optional<String> obstacle = obstacle(constant);
      if (obstacle.isPresent()) {
        nodes.forEach(node -> tally.skipped(node, obstacle.get()));
        continue;
      }
      widen(constant, axis(constant, nodes.getFirst()), out);
      nodes.forEach(this::changed);
    }
    draft.nodes().forEach(node -> tally.skippedWithin(node, WeightInt8::isLarge));
    out.addAll(draft.nodes());
    return draft.build(out, VariantKind.INT8_WEIGHTS.label());
  }

  private static boolean isLarge(NodeProto node) {
    return Nodes.isStandard(node)
        && node.getOpType().equals("Constant")
        && Nodes.find(node, "value")
            .map(AttributeProto::getT)
            .filter(tensor -> tensor.getDataType() == TensorValues.FLOAT)
            .filter(tensor -> TensorValues.elements(tensor) >= LEAST_ELEMENTS)
            .isPresent();
  }

  private Map<String, List<NodeProto>> consumers() {
    Map<String, List<NodeProto>> consumers = new HashMap<>();
    for (NodeProto node : draft.nodes()) {
      List<String> names = new ArrayList<>(node.getInputList());
      names.addAll(Nodes.outerNames(node));
      names.stream()
          .distinct()
          .forEach(name -> consumers.computeIfAbsent(name, n -> new ArrayList<>()).add(node));
    }
    return consumers;
  }

  /** A node counts once, however many of its weights changed. */
  private void changed(NodeProto node) {
    String key = node.getOutputCount() > 0 ? node.getOutput(0) : node.getName();
    if (users.add(key)) {
      tally.changed(node);
    }
  }

  private static Optional<String> obstacle(TensorProto constant) {
    if (TensorValues.elements(constant) < LEAST_ELEMENTS) {
      return Optional.of("a constant of it has fewer than %d values".formatted(LEAST_ELEMENTS));
    }
    return Symmetric.isFinite(TensorValues.floats(constant))
        ? Optional.empty()
        : Optional.of("a weight is not finite");
  }

  /** The dimension that has a scale per index; empty for one scale. */
  private static Optional<Integer> axis(TensorProto constant, NodeProto user) {
    int rank = constant.getDimsCount();
    int axis =
        switch (Nodes.isStandard(user) ? user.getOpType() : "") {
          case "MatMul" -> rank - 1;
          case "Gemm" -> Nodes.integer(user, "transB", 0) != 0 ? 0 : 1;
          case "ConvTranspose", "LSTM", "GRU", "RNN" -> 1;
          default -> 0;
        };
    if (rank < 2) {
      return Optional.empty();
    }
    long perChannel = TensorValues.elements(constant) / Math.max(1, constant.getDims(axis));
    return perChannel < LEAST_PER_CHANNEL ? Optional.empty() : Optional.of(axis);
  }

  private void widen(TensorProto constant, Optional<Integer> axis, List<NodeProto> out) {
    String name = constant.getName();
    List<Long> dims = constant.getDimsList();
    int channels = axis.map(a -> Math.toIntExact(dims.get(a))).orElse(1);
    int inner =
        axis.map(a -> (int) dims.stream().skip(a + 1L).mapToLong(d -> d).reduce(1, (x, y) -> x * y))
            .orElse(1);
    Symmetric q =
        Symmetric.of(TensorValues.floats(constant), channels, inner, Symmetric.EIGHT_BITS);
    String values =
        draft.add(
            TensorValues.ofBytes(
                draft.fresh(name + "_int8"), TensorProto.DataType.INT8, dims, q.values()));
    String scales =
        draft.add(
            TensorValues.ofFloats(draft.fresh(name + "_scale"), broadcast(dims, axis), q.scales()));
    draft.remove(name);
    String cast = draft.fresh(name + "_cast");
    out.add(
        Nodes.of(
            "Cast",
            List.of(values),
            List.of(cast),
            Nodes.attribute("to", (long) TensorValues.FLOAT)));
    out.add(Nodes.of("Mul", List.of(cast, scales), List.of(name)));
  }

  private static List<Long> broadcast(List<Long> dims, Optional<Integer> axis) {
    if (axis.isEmpty()) {
      return List.of();
    }
    List<Long> shape = new ArrayList<>(Collections.nCopies(dims.size(), 1L));
    shape.set(axis.get(), dims.get(axis.get()));
    return shape;
  }
}
