package io.flotilla.conversion.diff;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.flotilla.bundle.failure.Printable;
import io.flotilla.conversion.diff.ModelContent.ScopedNode;
import io.flotilla.conversion.diff.NodeChanges.NodeChange;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Matches nodes and tells how they differ. One use. */
final class NodeDiff {
  private final List<NodeChange> changes = new ArrayList<>();
  private int same;

  NodeChanges between(List<ScopedNode> before, List<ScopedNode> after) {
    List<ScopedNode> leftAfter = new ArrayList<>();
    Map<String, Deque<ScopedNode>> byKey = new HashMap<>();
    before.forEach(n -> byKey.computeIfAbsent(n.key(), k -> new ArrayDeque<>()).add(n));
    for (ScopedNode node : after) {
      poll(byKey, node.key())
          .ifPresentOrElse(match -> compare(match, node, true), () -> leftAfter.add(node));
    }
    Map<String, Deque<ScopedNode>> byOperator = new HashMap<>();
    before.stream()
        .filter(n -> byKey.getOrDefault(n.key(), new ArrayDeque<>()).contains(n))
        .forEach(n -> byOperator.computeIfAbsent(n.operator(), k -> new ArrayDeque<>()).add(n));
    List<NodeChange> added = new ArrayList<>();
    for (ScopedNode node : leftAfter) {
      poll(byOperator, node.operator())
          .ifPresentOrElse(
              match -> compare(match, node, false),
              () -> added.add(new NodeChange(node.operator(), node.name(), "added")));
    }
    List<NodeChange> removed = new ArrayList<>();
    new TreeMap<>(byOperator)
        .values()
        .forEach(
            left ->
                left.forEach(n -> removed.add(new NodeChange(n.operator(), n.name(), "removed"))));
    int changed = changes.size();
    changes.addAll(added);
    changes.addAll(removed);
    int listed = Math.min(changes.size(), ModelDiff.LISTED);
    return new NodeChanges(
        same,
        changed,
        added.size(),
        removed.size(),
        changes.subList(0, listed),
        changes.size() - listed);
  }

  private static Optional<ScopedNode> poll(Map<String, Deque<ScopedNode>> from, String key) {
    return Optional.ofNullable(from.get(key)).map(Deque::poll);
  }

  private void compare(ScopedNode before, ScopedNode after, boolean byName) {
    Optional<String> attribute = changedAttribute(before.node(), after.node());
    boolean rewired = byName && !before.sources().equals(after.sources());
    if (attribute.isEmpty() && !rewired) {
      same++;
      return;
    }
    changes.add(
        new NodeChange(after.operator(), after.name(), attribute.orElse("takes other inputs")));
  }

  /** Graphs are compared by what is in them, elsewhere. */
  private static Optional<String> changedAttribute(NodeProto before, NodeProto after) {
    Map<String, AttributeProto> a = attributes(before);
    Map<String, AttributeProto> b = attributes(after);
    TreeSet<String> names = new TreeSet<>(a.keySet());
    names.addAll(b.keySet());
    for (String name : names) {
      AttributeProto was = a.get(name);
      AttributeProto is = b.get(name);
      String plain = Printable.of(name);
      if (was == null) {
        return Optional.of("attribute %s added".formatted(plain));
      }
      if (is == null) {
        return Optional.of("attribute %s removed".formatted(plain));
      }
      if (!was.equals(is)) {
        return Optional.of("attribute %s changed".formatted(plain));
      }
    }
    return Optional.empty();
  }

  private static Map<String, AttributeProto> attributes(NodeProto node) {
    Map<String, AttributeProto> attributes = new HashMap<>();
    for (AttributeProto attribute : node.getAttributeList()) {
      attributes.put(
          attribute.getName(),
          attribute.toBuilder().clearDocString().clearG().clearGraphs().build());
    }
    return attributes;
  }
}
