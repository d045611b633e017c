package io.flotilla.conversion.tree.ensemble;

import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.conversion.tree.ensemble.RawTree.Leaf;
import io.flotilla.conversion.tree.ensemble.RawTree.Split;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;

/**
 * Checked trees: every node is reached from its root once, within the limits. Unreachable nodes, as
 * pruning leaves them behind, are dropped.
 */
public final class Forest {
  private final SplitColumns columns;
  private final int targets;
  private final List<Tree> trees = new ArrayList<>();
  private int nodes;

  /**
   * No trees yet.
   *
   * @param columns that splits may name
   * @param targets that leaves may add to, 1 to {@link TreeLimits#TARGETS}
   */
  public Forest(SplitColumns columns, int targets) {
    this.columns = columns;
    this.targets = targets;
  }

  /**
   * Checks and adds a tree.
   *
   * @throws FlotillaException {@code TREE_DUMP_INVALID} with the tree's number and the node if a
   *     child or column is out of range, a node is reached twice (a cycle or a shared node), a
   *     threshold is NaN, a leaf is not finite, or a limit is passed
   */
  public void add(RawTree raw) {
    if (trees.size() == TreeLimits.TREES) {
      throw InvalidTree.of("it has more than %d trees".formatted(TreeLimits.TREES));
    }
    Tree tree = new Walk(raw, trees.size()).run();
    nodes += tree.size();
    trees.add(tree);
  }

  /** The trees in order. */
  List<Tree> trees() {
    return Collections.unmodifiableList(trees);
  }

  /** How many trees there are. */
  public int size() {
    return trees.size();
  }

  /** How many nodes all trees have, leaves included. */
  public int nodes() {
    return nodes;
  }

  SplitColumns columns() {
    return columns;
  }

  int targets() {
    return targets;
  }

  /** The nodes of a checked tree, each before the nodes below it. */
  record Tree(List<RawTree.Node> nodes) {
    int size() {
      return nodes.size();
    }
  }

  /** One way through a tree, on a stack of its own so that no depth can overflow the thread's. */
  private final class Walk {
    private static final int NO_PARENT = -1;

    private final RawTree raw;
    private final int number;
    private final BitSet seen = new BitSet();
    private final List<RawTree.Node> ordered = new ArrayList<>();
    // The stack: a node, the place of its parent in the result, and its depth.
    private int[] stack = new int[96];
    private int top;

    Walk(RawTree raw, int number) {
      this.raw = raw;
      this.number = number;
    }

    Tree run() {
      push(0, NO_PARENT, 1);
      while (top > 0) {
        top -= 3;
        visit(stack[top], stack[top + 1], stack[top + 2]);
      }
      return new Tree(ordered);
    }

    private void visit(int node, int parent, int depth) {
      if (seen.get(node)) {
        throw at(node, "it is reached twice: the tree has a cycle or a shared node");
      }
      seen.set(node);
      if (nodes + ordered.size() >= TreeLimits.NODES) {
        throw at(node, "all trees together have more than %d nodes".formatted(TreeLimits.NODES));
      }
      int place = ordered.size();
      RawTree.Node content = raw.node(node);
      ordered.add(content);
      if (parent != NO_PARENT) {
        tie(parent, place);
      }
      switch (content) {
        case Leaf leaf -> check(node, leaf);
        case Split split -> {
          check(node, split, depth);
          push(split.whenFalse(), place, depth + 1);
          push(split.whenTrue(), place, depth + 1);
        }
      }
    }

    /** Replaces the file's number of a child by its place: the first one follows its parent. */
    private void tie(int parent, int place) {
      Split split = (Split) ordered.get(parent);
      boolean first = place == parent + 1;
      ordered.set(
          parent,
          new Split(
              split.column(),
              split.threshold(),
              first ? place : split.whenTrue(),
              first ? split.whenFalse() : place,
              split.missingIsTrue()));
    }

    private void check(int node, Split split, int depth) {
      if (depth >= TreeLimits.DEPTH) {
        throw at(node, "the tree is deeper than %d nodes".formatted(TreeLimits.DEPTH));
      }
      if (Float.isNaN(split.threshold())) {
        throw at(node, "its threshold is not a number");
      }
      if (!columns.has(split.column())) {
        throw at(
            node,
            "it splits by a feature beyond the %d of the model".formatted(columns.features()));
      }
      for (int child : new int[] {split.whenTrue(), split.whenFalse()}) {
        if (child < 0 || child >= raw.size()) {
          throw at(node, "its child %d is out of range".formatted(child));
        }
      }
    }

    private void check(int node, Leaf leaf) {
      if (leaf.firstTarget() < 0 || leaf.firstTarget() + leaf.values().length > targets) {
        throw at(node, "it adds to target %d of %d".formatted(leaf.firstTarget(), targets));
      }
      if (leaf.values().length == 0) {
        throw at(node, "it has no value");
      }
      for (float value : leaf.values()) {
        if (!Float.isFinite(value)) {
          throw at(node, "its value is not a finite 32-bit number");
        }
      }
    }

    private void push(int node, int parent, int depth) {
      if (top == stack.length) {
        stack = Arrays.copyOf(stack, stack.length * 2);
      }
      stack[top] = node;
      stack[top + 1] = parent;
      stack[top + 2] = depth;
      top += 3;
    }

    private FlotillaException at(int node, String sentence) {
      return InvalidTree.at(number, raw.place(node), sentence);
    }
  }
}
