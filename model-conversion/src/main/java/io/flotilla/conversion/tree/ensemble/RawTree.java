package io.flotilla.conversion.tree.ensemble;

import java.util.Arrays;

/** One tree as its file gives it, unchecked: nodes are numbered from 0 and 0 is the root. */
public interface RawTree {
  /** How many nodes there are, those that no way leads to included; at least 1. */
  int size();

  /** What stands at a node, 0 to {@code size() - 1}. */
  Node node(int number);

  /** The node's name for people, as in {@code node 17}. */
  default String place(int number) {
    return "node " + number;
  }

  /** A split or a leaf. */
  sealed interface Node {}

  /**
   * A split: {@code column < threshold}, or {@code <=} where the whole ensemble compares so.
   *
   * @param column of {@link SplitColumns}
   * @param threshold compared with; not NaN
   * @param whenTrue number of the next node where the comparison holds
   * @param whenFalse number of the next node where it does not
   * @param missingIsTrue where NaN goes
   */
  record Split(int column, float threshold, int whenTrue, int whenFalse, boolean missingIsTrue)
      implements Node {}

  /**
   * A leaf.
   *
   * @param firstTarget the target that the first value is added to
   * @param values added to this target and those after it; finite
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Leaf(int firstTarget, float... values) implements Node {
    @Override
    public boolean equals(Object other) {
      return other instanceof Leaf leaf
          && firstTarget == leaf.firstTarget
          && Arrays.equals(values, leaf.values);
    }

    @Override
    public int hashCode() {
      return 31 * firstTarget + Arrays.hashCode(values);
    }
  }
}
