package io.flotilla.registry.lineage;

import io.flotilla.registry.lineage.LineageGraph.Edge;
import io.flotilla.registry.lineage.LineageGraph.Kind;
import io.flotilla.registry.lineage.LineageGraph.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A graph of any size as one that fits a picture: of many nodes of a kind the first are kept, and
 * one stands for the rest. Intervals are kept and counted rollout by rollout.
 */
final class Condensed {
  /** Most nodes of one kind, besides the one that stands for the rest. */
  static final int MOST = 10;

  /** Most intervals over all rollouts, one of each rollout at least. */
  static final int MOST_INTERVALS = 14;

  private final LineageGraph graph;
  private final Map<String, String> standIns = new HashMap<>();
  private final List<Node> nodes = new ArrayList<>();

  private Condensed(LineageGraph graph) {
    this.graph = graph;
  }

  static LineageGraph of(LineageGraph graph) {
    return new Condensed(graph).condense();
  }

  private LineageGraph condense() {
    for (Kind kind : Kind.values()) {
      if (kind != Kind.INTERVAL) {
        keep(ofKind(kind), MOST, kind, kind.name());
      }
    }
    intervals();
    Set<Edge> edges = new LinkedHashSet<>();
    for (Edge edge : graph.edges()) {
      edges.add(new Edge(standIn(edge.from()), standIn(edge.to()), edge.verb()));
    }
    return new LineageGraph(nodes, List.copyOf(edges));
  }

  private void intervals() {
    Map<String, String> sources = new HashMap<>();
    graph.edges().forEach(edge -> sources.putIfAbsent(edge.to(), standIn(edge.from())));
    Map<String, List<Node>> groups = new LinkedHashMap<>();
    for (Node interval : ofKind(Kind.INTERVAL)) {
      groups
          .computeIfAbsent(sources.getOrDefault(interval.id(), ""), source -> new ArrayList<>())
          .add(interval);
    }
    int share = Math.max(1, MOST_INTERVALS / Math.max(1, groups.size()));
    groups.forEach((source, group) -> keep(group, share, Kind.INTERVAL, "INTERVAL of " + source));
  }

  private void keep(List<Node> group, int most, Kind kind, String name) {
    boolean all = group.size() <= most + 1; // one more takes no more room than "1 more"
    List<Node> kept = all ? group : group.subList(0, most);
    nodes.addAll(kept);
    if (all) {
      return;
    }
    List<Node> rest = group.subList(most, group.size());
    Node more = new Node(kind, "more/" + name, rest.size() + " more", Map.of());
    nodes.add(more);
    rest.forEach(node -> standIns.put(node.id(), more.id()));
  }

  private String standIn(String id) {
    return standIns.getOrDefault(id, id);
  }

  private List<Node> ofKind(Kind kind) {
    return graph.nodes().stream().filter(node -> node.kind() == kind).toList();
  }
}
