package io.flotilla.registry.lineage;

import io.flotilla.registry.lineage.LineageGraph.Edge;
import io.flotilla.registry.lineage.LineageGraph.Kind;
import io.flotilla.registry.lineage.LineageGraph.Node;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Columns of nodes from left to right. An edge that passes columns has a lane in each of them, so
 * that it runs between the cards there; edges from the same node share their lanes. Within a column
 * everything stands near the middle of where its edges come from (the barycentre heuristic of
 * Sugiyama, Tagawa and Toda, 1981, one pass from left to right).
 */
final class Layers {
  /** Something in a column: a card, or a lane between cards. */
  sealed interface Item {
    /** Identity within the picture. */
    String id();

    /** A node. */
    record Of(Card card) implements Item {
      @Override
      public String id() {
        return card.node().id();
      }
    }

    /** Room for edges that pass. */
    record Lane(String id) implements Item {}
  }

  /**
   * The way of an edge.
   *
   * @param edge the edge
   * @param stops ids of the items it touches, from its beginning over the lanes to its end
   */
  record Way(Edge edge, List<String> stops) {}

  private final List<List<Item>> columns = new ArrayList<>();
  private final List<Integer> kinds = new ArrayList<>();
  private final Map<String, Integer> columnOf = new HashMap<>();
  private final List<Way> ways = new ArrayList<>();

  /** Puts a graph into columns; columns without a node are left out. */
  Layers(LineageGraph graph) {
    Map<Integer, List<Item>> found = new TreeMap<>();
    for (Node node : graph.nodes()) {
      found
          .computeIfAbsent(node.kind().column(), column -> new ArrayList<>())
          .add(new Item.Of(Card.of(node)));
    }
    found.forEach(
        (kind, items) -> {
          items.forEach(item -> columnOf.put(item.id(), columns.size()));
          columns.add(items);
          kinds.add(kind);
        });
    graph.edges().forEach(this::route);
    order();
  }

  /** The items of each column, from the top. */
  List<List<Item>> columns() {
    return columns;
  }

  /** What kind of column this is: {@link Kind#column}. */
  int kind(int column) {
    return kinds.get(column);
  }

  /** Index of the column that an item is in. */
  int column(String id) {
    return columnOf.getOrDefault(id, 0);
  }

  List<Way> ways() {
    return ways;
  }

  private void route(Edge edge) {
    List<String> stops = new ArrayList<>();
    stops.add(edge.from());
    for (int between = column(edge.from()) + 1; between < column(edge.to()); between++) {
      String lane = lane(edge.from(), between);
      if (columnOf.putIfAbsent(lane, between) == null) {
        columns.get(between).add(new Item.Lane(lane));
      }
      stops.add(lane);
    }
    stops.add(edge.to());
    ways.add(new Way(edge, List.copyOf(stops)));
  }

  private void order() {
    Map<String, List<String>> sources = new LinkedHashMap<>();
    for (Way way : ways) {
      for (int i = 1; i < way.stops().size(); i++) {
        if (column(way.stops().get(i - 1)) < column(way.stops().get(i))) {
          sources
              .computeIfAbsent(way.stops().get(i), id -> new ArrayList<>())
              .add(way.stops().get(i - 1));
        }
      }
    }
    Map<String, Double> position = new HashMap<>();
    for (List<Item> column : columns) {
      Map<String, Double> wish = new HashMap<>();
      for (int i = 0; i < column.size(); i++) {
        double own = (passes(column.get(i)) ? -1 : 0) + (i + .5) / column.size();
        String id = column.get(i).id();
        wish.put(
            id,
            sources.getOrDefault(id, List.of()).stream()
                .mapToDouble(source -> position.getOrDefault(source, own))
                .average()
                .orElse(own));
      }
      column.sort(
          Comparator.comparingInt(Layers::rank)
              .thenComparingDouble(item -> wish.getOrDefault(item.id(), .5)));
      for (int i = 0; i < column.size(); i++) {
        position.put(column.get(i).id(), (i + .5) / column.size());
      }
    }
  }

  /** Whether its edges pass the next column, above whose cards they then run. */
  private boolean passes(Item item) {
    return columnOf.containsKey(lane(item.id(), column(item.id()) + 1));
  }

  private static String lane(String from, int column) {
    return "lane/" + from + "/" + column;
  }

  /** A version stands between what it needs and what it is; other kinds have no rank. */
  private static int rank(Item item) {
    return switch (item) {
      case Item.Lane _ -> 0;
      case Item.Of(Card card) ->
          switch (card.node().kind()) {
            case ENVIRONMENT -> -1;
            case DATASET, COMMIT, RUN, VERSION, ROLLOUT, INTERVAL -> 0;
            case BUNDLE -> 1;
            case SIGNATURE -> 2;
          };
    };
  }
}
