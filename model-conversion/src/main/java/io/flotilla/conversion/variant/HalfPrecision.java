package io.flotilla.conversion.variant;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.flotilla.conversion.graph.GraphDraft;
import io.flotilla.conversion.graph.Nodes;
import io.flotilla.conversion.graph.TensorValues;
import io.flotilla.conversion.graph.ValueTypes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Rewrites a graph to half precision. Every FP32 value keeps its name for its FP32 form; the half
 * form gets a name of its own, and a cast between the two stands where one is needed that is not
 * there. So nodes that stay, subgraphs, and the model's inputs and outputs see no change.
 */
final class HalfPrecision {
  private static final int FLOAT16 = TensorValues.FLOAT16;
  private static final long CLIP_WITH_INPUTS = 11;

  private final GraphDraft draft;
  private final Tally tally;
  private final ValueTypes types;

  // What has been made so far.
  private final List<NodeProto> out = new ArrayList<>();
  private final Map<String, String> halves = new HashMap<>();
  private final Set<String> onlyHalf = new HashSet<>();
  private final Set<String> mayOverflow = new HashSet<>();

  HalfPrecision(GraphDraft draft, Tally tally) {
    this.draft = draft;
    this.tally = tally;
    this.types = ValueTypes.of(draft);
  }

  ModelProto rewrite() {
    for (NodeProto node : draft.nodes()) {
      tally.skippedWithin(node, HalfRules::isHeavy);
      HalfRules.Verdict verdict = HalfRules.judge(node, types, draft);
      switch (verdict) {
        case HalfRules.Halve() -> halve(node);
        case HalfRules.Keep(String reason, boolean overflows) -> {
          tally.skipped(node, reason);
          keep(node);
          if (overflows) {
            mayOverflow.addAll(node.getOutputList());
          }
        }
        case HalfRules.Unconcerned() -> keep(node);
      }
    }
    draft.outputs().forEach(this::needFloat);
    return draft.build(out, VariantKind.FP16.label());
  }

  private void halve(NodeProto node) {
    NodeProto.Builder changed = node.toBuilder();
    for (int i = 0; i < node.getInputCount(); i++) {
      if (HalfRules.isArithmetic(node, i) && types.isFloat(node.getInput(i))) {
        changed.setInput(i, half(node.getInput(i)));
      }
    }
    for (int i = 0; i < node.getOutputCount(); i++) {
      String value = node.getOutput(i);
      if (!value.isEmpty() && types.isFloat(value)) {
        String half = draft.fresh(value + "_fp16");
        changed.setOutput(i, half);
        halves.put(value, half);
        onlyHalf.add(value);
      }
    }
    out.add(changed.build());
    tally.changed(node);
  }

  private void keep(NodeProto node) {
    boolean narrowed = false;
    for (String input : node.getInputList()) {
      narrowed |= narrow(input);
      needFloat(input);
    }
    for (String input : Nodes.outerNames(node)) {
      narrowed |= narrow(input);
      needFloat(input);
    }
    out.add(node);
    if (narrowed) {
      tally.changed(node);
    }
  }

  /**
   * Stores a large constant in half for a node that wants it in FP32; a cast widens it when the
   * model is loaded.
   */
  private boolean narrow(String name) {
    Optional<TensorProto> constant = draft.floatConstant(name);
    if (constant.isEmpty()
        || draft.isOutput(name)
        || TensorValues.elements(constant.get()) < HalfRules.LARGE
        || HalfRules.overflows(constant.get())) {
      return false;
    }
    halves.computeIfAbsent(name, n -> stored(constant.get()));
    draft.remove(name);
    onlyHalf.add(name);
    return true;
  }

  private String half(String value) {
    String known = halves.get(value);
    if (known != null) {
      return known;
    }
    Optional<TensorProto> constant = draft.floatConstant(value);
    String half = constant.map(this::stored).orElseGet(() -> cast(value));
    halves.put(value, half);
    return half;
  }

  private String stored(TensorProto constant) {
    return draft.add(
        TensorValues.ofHalves(
            draft.fresh(constant.getName() + "_fp16"),
            constant.getDimsList(),
            TensorValues.floats(constant)));
  }

  private String cast(String value) {
    String from = mayOverflow.contains(value) ? saturate(value) : value;
    String half = draft.fresh(value + "_fp16");
    out.add(Nodes.of("Cast", List.of(from), List.of(half), Nodes.attribute("to", (long) FLOAT16)));
    return half;
  }

  /** Values beyond the largest half become that instead of infinite. */
  private String saturate(String value) {
    String clipped = draft.fresh(value + "_within_fp16");
    float most = HalfRules.MAX;
    if (draft.opset() >= CLIP_WITH_INPUTS) {
      String low = draft.add(TensorValues.ofFloats(draft.fresh(value + "_min"), List.of(), -most));
      String high = draft.add(TensorValues.ofFloats(draft.fresh(value + "_max"), List.of(), most));
      out.add(Nodes.of("Clip", List.of(value, low, high), List.of(clipped)));
    } else {
      out.add(
          Nodes.of(
              "Clip",
              List.of(value),
              List.of(clipped),
              Nodes.attribute("min", -most),
              Nodes.attribute("max", most)));
    }
    return clipped;
  }

  private void needFloat(String value) {
    String half = halves.get(value);
    if (half != null && onlyHalf.remove(value)) {
      out.add(
          Nodes.of(
              "Cast",
              List.of(half),
              List.of(value),
              Nodes.attribute("to", (long) TensorValues.FLOAT)));
    }
  }
}
