package io.flotilla.conversion.tree.codec;

import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import io.flotilla.conversion.tree.ensemble.InvalidTree;
import io.flotilla.conversion.tree.ensemble.RawTree;
import io.flotilla.conversion.tree.ensemble.SplitColumns;
import io.flotilla.conversion.tree.ensemble.SplitColumns.Membership;
import io.flotilla.conversion.tree.ensemble.SplitColumns.Rounding;
import io.flotilla.conversion.tree.ensemble.TreeLimits;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One tree of an XGBoost dump: nodes name each other by ids, which may have gaps. */
final class DumpTree {
  private final int number;
  private final List<DumpNode> nodes = new ArrayList<>();
  private final Map<Integer, Integer> places = new HashMap<>();

  /** What a dump may say about a node. */
  static final class DumpNode {
    int id = -1;
    @Nullable String split;
    @Nullable Float condition;
    @Nullable BitSet categories;
    int yes = -1;
    int no = -1;
    int missing = -1;
    @Nullable Float leaf;
  }

  DumpTree(int number) {
    this.number = number;
  }

  /** Adds a node; the first is the root. */
  void add(DumpNode node) {
    if (node.id < 0 || places.putIfAbsent(node.id, nodes.size()) != null) {
      throw InvalidTree.of("tree %d: node %d is there twice".formatted(number, node.id));
    }
    if (nodes.size() == TreeLimits.NODES) {
      throw InvalidTree.of("tree %d: over %d nodes".formatted(number, TreeLimits.NODES));
    }
    nodes.add(node);
  }

  boolean isEmpty() {
    return nodes.isEmpty();
  }

  /** The names of all features that it splits by. */
  List<String> features() {
    return nodes.stream().flatMap(node -> Stream.ofNullable(node.split)).toList();
  }

  /**
   * The tree for a forest.
   *
   * @param names column of each feature name
   * @param target that its leaves add to
   */
  RawTree in(SplitColumns columns, Map<String, Integer> names, int target) {
    Integer root = places.get(0);
    if (root == null || root != 0) {
      throw InvalidTree.of("tree %d: it does not begin with node 0".formatted(number));
    }
    return new Numbered(columns, names, target);
  }

  private final class Numbered implements RawTree {
    private final SplitColumns columns;
    private final Map<String, Integer> names;
    private final int target;

    Numbered(SplitColumns columns, Map<String, Integer> names, int target) {
      this.columns = columns;
      this.names = names;
      this.target = target;
    }

    @Override
    public int size() {
      return nodes.size();
    }

    @Override
    public String place(int at) {
      return "node " + nodes.get(at).id;
    }

    @Override
    public Node node(int at) {
      DumpNode node = nodes.get(at);
      if (node.leaf != null) {
        return new Leaf(target, node.leaf);
      }
      if (node.split == null) {
        throw at(node, "it is neither a split nor a leaf");
      }
      Integer feature = names.get(node.split);
      if (feature == null) {
        throw at(node, "no feature is named '%s'".formatted(Printable.of(node.split)));
      }
      if (node.missing != node.yes && node.missing != node.no) {
        throw at(node, "missing values go to node %d, no child".formatted(node.missing));
      }
      int yes = child(node, node.yes);
      int no = child(node, node.no);
      boolean missingIsYes = node.missing == node.yes;
      if (node.categories != null) {
        int column =
            columns.membership(new Membership(feature, node.categories, Rounding.FLOOR, true));
        return new Split(column, Membership.BETWEEN, yes, no, missingIsYes);
      }
      if (node.condition == null) {
        throw at(
            node,
            "it splits by presence only, as features of type i do; dump without a feature map, or"
                + " with type q");
      }
      return new Split(feature, node.condition, yes, no, missingIsYes);
    }

    private int child(DumpNode parent, int id) {
      Integer place = places.get(id);
      if (place == null) {
        throw at(parent, "its child %d is missing".formatted(id));
      }
      return place;
    }

    private FlotillaException at(DumpNode node, String sentence) {
      return InvalidTree.at(number, "node " + node.id, sentence);
    }
  }
}
