package io.flotilla.conversion.diff;

import java.util.List;

/**
 * How the nodes differ. Nodes are matched by scope, operator and name (or what they give, where
 * they have no name), and what is left by operator and order, so that a renamed graph is not called
 * a new one.
 *
 * @param same matched, with the same attributes, and inputs from the same nodes if matched by name
 * @param changed matched with other attributes or inputs
 * @param added only in the second model
 * @param removed only in the first
 * @param examples the first of them, changed ones first; at most {@link ModelDiff#LISTED}
 * @param more how many are not among the examples
 */
public record NodeChanges(
    int same, int changed, int added, int removed, List<NodeChange> examples, int more) {
  /** Copies the list. */
  public NodeChanges {
    examples = List.copyOf(examples);
  }

  /** Whether nothing differs. */
  public boolean none() {
    return changed + added + removed == 0;
  }

  /**
   * A node that differs.
   *
   * @param operator as in {@code Conv}
   * @param name its scope and name
   * @param what as in {@code added}, {@code removed}, {@code attribute strides changed}
   */
  public record NodeChange(String operator, String name, String what) {}
}
