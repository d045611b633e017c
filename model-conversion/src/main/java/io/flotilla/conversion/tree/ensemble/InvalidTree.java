package io.flotilla.conversion.tree.ensemble;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;

/** Makes the one failure of all readers of trees. */
public final class InvalidTree {
  private InvalidTree() {}

  /** {@code TREE_DUMP_INVALID} with this sentence. */
  public static FlotillaException of(String sentence) {
    return new FlotillaException(ErrorCode.TREE_DUMP_INVALID, sentence);
  }

  /** {@code TREE_DUMP_INVALID} with this sentence and its cause. */
  public static FlotillaException of(String sentence, Throwable cause) {
    return new FlotillaException(ErrorCode.TREE_DUMP_INVALID, sentence, cause);
  }

  /**
   * {@code TREE_DUMP_INVALID} at a node.
   *
   * @param tree number of the tree from 0
   * @param node the node as its file names it, as in {@code node 17}
   * @param sentence what is wrong there
   */
  public static FlotillaException at(int tree, String node, String sentence) {
    return of("tree %d, %s: %s".formatted(tree, node, sentence));
  }
}
