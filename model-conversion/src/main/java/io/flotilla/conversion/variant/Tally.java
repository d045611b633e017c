package io.flotilla.conversion.variant;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.flotilla.conversion.graph.Nodes;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Counts what a rewrite does as it goes. */
final class Tally {
  private static final String IN_SUBGRAPH = "it lies in a subgraph, and those are left alone";

  private final Map<String, Integer> changed = new TreeMap<>();
  private final Map<List<String>, Skipped> skipped = new TreeMap<>(Tally::compare);

  /** This node's arithmetic or weights changed. */
  void changed(NodeProto node) {
    changed.merge(Nodes.operator(node), 1, Integer::sum);
  }

  /** This node stays as it is. */
  void skipped(NodeProto node, String reason) {
    Skipped one = new Skipped(Nodes.operator(node), reason, 1, Nodes.describe(node));
    skipped.merge(
        List.of(one.operator(), reason),
        one,
        (before, now) ->
            new Skipped(before.operator(), reason, before.nodes() + 1, before.example()));
  }

  /** These nodes inside of a node's subgraphs stay as they are. */
  void skippedWithin(NodeProto holder, Predicate<NodeProto> meant) {
    for (GraphProto graph : Nodes.subgraphs(holder)) {
      for (NodeProto node : graph.getNodeList()) {
        if (meant.test(node)) {
          skipped(node, IN_SUBGRAPH);
        }
        skippedWithin(node, meant);
      }
    }
  }

  boolean changedNothing() {
    return changed.isEmpty();
  }

  Rewrite rewrite() {
    return new Rewrite(changed, List.copyOf(skipped.values()));
  }

  private static int compare(List<String> a, List<String> b) {
    int byOperator = a.getFirst().compareTo(b.getFirst());
    return byOperator != 0 ? byOperator : a.getLast().compareTo(b.getLast());
  }
}
