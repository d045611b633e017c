package io.flotilla.registry.lineage;

import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The history of one version: things, and what one had to do with another.
 *
 * @param nodes the things, ids distinct
 * @param edges from what was there before to what came of it; both ends are nodes
 */
public record LineageGraph(List<Node> nodes, List<Edge> edges) {
  /**
   * Copies the lists and checks the ids.
   *
   * @throws IllegalArgumentException if an id repeats or an edge has an end that is no node: graphs
   *     are made by code, so this is a bug and not bad input
   */
  public LineageGraph {
    nodes = List.copyOf(nodes);
    edges = List.copyOf(edges);
    Set<String> ids = new HashSet<>();
    for (Node node : nodes) {
      if (!ids.add(node.id())) {
        throw new IllegalArgumentException("two nodes have the id " + node.id());
      }
    }
    for (Edge edge : edges) {
      if (!ids.contains(edge.from()) || !ids.contains(edge.to())) {
        throw new IllegalArgumentException("an end is no node: " + edge);
      }
    }
  }

  /** What a node stands for, in the order in which a version's history goes. */
  public enum Kind {
    /** A version of a dataset. */
    DATASET(0),
    /** The code that made the model. */
    COMMIT(0),
    /** The execution of a pipeline that made it. */
    RUN(1),
    /** The model version itself. */
    VERSION(2),
    /** Its content. */
    BUNDLE(2),
    /** Who signed that. */
    SIGNATURE(2),
    /** What it needs of a device. */
    ENVIRONMENT(2),
    /** How it was brought to devices. */
    ROLLOUT(3),
    /** A device, and from when to when it ran there. */
    INTERVAL(4);

    private final int column;

    Kind(int column) {
      this.column = column;
    }

    /** Where it is drawn, from 0 at the left. */
    int column() {
      return column;
    }
  }

  /**
   * One thing.
   *
   * @param kind what it is
   * @param id its identity within the graph, such as {@code version/digits:3}
   * @param label what people call it
   * @param facts more about it by name, in the order in which to show them
   */
  public record Node(Kind kind, String id, String label, Map<String, String> facts) {
    /** Copies the facts and keeps their order. */
    public Node {
      facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
    }
  }

  /**
   * What one thing had to do with another.
   *
   * @param from id of the earlier one
   * @param to id of the later one
   * @param verb reads from left to right, such as {@code made}
   */
  public record Edge(String from, String to, String verb) {}
}
