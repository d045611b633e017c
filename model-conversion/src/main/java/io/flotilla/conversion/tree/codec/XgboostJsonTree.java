package io.flotilla.conversion.tree.codec;

import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.conversion.tree.ensemble.InvalidTree;
import io.flotilla.conversion.tree.ensemble.RawTree;
import io.flotilla.conversion.tree.ensemble.SplitColumns;
import io.flotilla.conversion.tree.ensemble.SplitColumns.Membership;
import io.flotilla.conversion.tree.ensemble.SplitColumns.Rounding;
import io.flotilla.conversion.tree.ensemble.TreeLimits;
import java.io.IOException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A tree of XGBoost's model file: parallel lists, and the sets of categories of some nodes. */
final class XgboostJsonTree {
  private static final int NO_CHILD = -1;

  private final int number;
  private int leafVector = 1;
  private final Map<String, int[]> lists = new HashMap<>();
  private float @Nullable [] conditions;

  private XgboostJsonTree(int number) {
    this.number = number;
  }

  static XgboostJsonTree read(JsonPull json, int number) throws IOException {
    XgboostJsonTree tree = new XgboostJsonTree(number);
    json.object(
        "tree " + number,
        key -> {
          String what = "tree %d, %s".formatted(number, key);
          switch (key) {
            case "left_children",
                "right_children",
                "split_indices",
                "default_left",
                "split_type",
                "categories",
                "categories_nodes",
                "categories_segments",
                "categories_sizes" ->
                tree.lists.put(key, json.integers(what));
            case "split_conditions" -> tree.conditions = json.numbers(what);
            case "tree_param" ->
                json.object(
                    what,
                    param -> {
                      if (param.equals("size_leaf_vector")) {
                        tree.leafVector = json.integer(what);
                      }
                      json.skip();
                    });
            default -> json.skip();
          }
        });
    return tree;
  }

  /**
   * The tree for a forest.
   *
   * @param target that its leaves add to
   * @param weight that its leaves are multiplied with: not 1 for dart
   */
  RawTree in(SplitColumns columns, int target, float weight) {
    if (leafVector > 1) {
      throw invalid(
          "its leaves are vectors, which have no form here; train with"
              + " multi_strategy=one_output_per_tree");
    }
    int[] left = list("left_children");
    if (left.length == 0) {
      throw invalid("it has no node");
    }
    if (conditions == null || conditions.length != left.length) {
      throw invalid("split_conditions is missing or not as long as left_children");
    }
    Map<Integer, BitSet> sets = categorySets(left.length);
    return new Columns(
        new Arrays(
            left,
            sized("right_children", left.length),
            sized("split_indices", left.length),
            sized("default_left", left.length),
            conditions),
        sets,
        columns,
        target,
        weight);
  }

  @SuppressWarnings("ArrayRecordComponent")
  private record Arrays(
      int[] left, int[] right, int[] feature, int[] defaultLeft, float[] condition) {}

  private record Columns(
      Arrays nodes, Map<Integer, BitSet> sets, SplitColumns columns, int target, float weight)
      implements RawTree {
    @Override
    public int size() {
      return nodes.left.length;
    }

    @Override
    public Node node(int at) {
      if (nodes.left[at] == NO_CHILD) {
        return new Leaf(target, weight * nodes.condition[at]);
      }
      boolean missingLeft = nodes.defaultLeft[at] != 0;
      BitSet set = sets.get(at);
      if (set == null) {
        return new Split(
            columns.plain(nodes.feature[at]),
            nodes.condition[at],
            nodes.left[at],
            nodes.right[at],
            missingLeft);
      }
      // A category of the set goes to the right.
      int column = columns.membership(new Membership(nodes.feature[at], set, Rounding.FLOOR, true));
      return new Split(column, Membership.BETWEEN, nodes.right[at], nodes.left[at], !missingLeft);
    }
  }

  private Map<Integer, BitSet> categorySets(int size) {
    int[] nodes = lists.getOrDefault("categories_nodes", new int[0]);
    int[] segments = lists.getOrDefault("categories_segments", new int[0]);
    int[] sizes = lists.getOrDefault("categories_sizes", new int[0]);
    int[] categories = lists.getOrDefault("categories", new int[0]);
    int[] types = lists.getOrDefault("split_type", new int[size]);
    if (types.length != size || segments.length != nodes.length || sizes.length != nodes.length) {
      throw invalid("split_type or the lists of categories have wrong lengths");
    }
    Map<Integer, BitSet> sets = new HashMap<>();
    for (int i = 0; i < nodes.length; i++) {
      int from = segments[i];
      if (from < 0 || sizes[i] < 0 || (long) from + sizes[i] > categories.length) {
        throw InvalidTree.at(number, "node " + nodes[i], "its categories are out of range");
      }
      BitSet set = new BitSet();
      for (int c = from; c < from + sizes[i]; c++) {
        add(set, nodes[i], categories[c]);
      }
      sets.put(nodes[i], set);
    }
    for (int node = 0; node < size; node++) {
      if (types[node] != 0 && !sets.containsKey(node)) {
        throw InvalidTree.at(number, "node " + node, "its set of categories is missing");
      }
    }
    return sets;
  }

  private void add(BitSet set, int node, int category) {
    if (category < 0 || category >= TreeLimits.CATEGORIES) {
      throw InvalidTree.at(
          number,
          "node " + node,
          "category %d is not 0 to %d".formatted(category, TreeLimits.CATEGORIES - 1));
    }
    set.set(category);
  }

  private int[] list(String key) {
    int[] list = lists.get(key);
    if (list == null) {
      throw invalid("%s is missing".formatted(key));
    }
    return list;
  }

  private int[] sized(String key, int size) {
    int[] list = list(key);
    if (list.length != size) {
      throw invalid("%s is not as long as left_children".formatted(key));
    }
    return list;
  }

  private FlotillaException invalid(String sentence) {
    return InvalidTree.of("tree %d: %s".formatted(number, sentence));
  }
}
