package io.flotilla.conversion.tree.ensemble;

import io.flotilla.bundle.failure.Printable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A tree ensemble, whoever trained it.
 *
 * @param columns name of each input column, in order
 * @param classes name of each class in order, as the file gives them; empty if it gives none
 * @param forest the trees
 * @param comparison what all splits compare by
 * @param base added to the sum of each target
 * @param link how sums become predictions
 * @param objective what it was trained for, as the trainer names it
 * @param notes what the user should know about the conversion, one sentence each
 */
public record TreeEnsemble(
    List<String> columns,
    List<String> classes,
    Forest forest,
    Comparison comparison,
    List<Float> base,
    Link link,
    String objective,
    List<String> notes) {

  /** How a split compares. */
  public enum Comparison {
    /** {@code column < threshold}. */
    LESS,
    /** {@code column <= threshold}. */
    LESS_OR_EQUAL
  }

  /**
   * Copies the lists.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code TREE_DUMP_INVALID} if there is no
   *     tree, columns lack names or share one, a base is not finite, or the targets do not fit the
   *     objective
   */
  public TreeEnsemble {
    columns = names(columns, "column");
    classes = names(classes, "class");
    base = List.copyOf(base);
    notes = List.copyOf(notes);
    int targets = forest.targets();
    if (forest.size() == 0) {
      throw InvalidTree.of("it has no tree");
    }
    if (columns.size() != forest.columns().features()) {
      throw InvalidTree.of(
          "it names %d of %d features".formatted(columns.size(), forest.columns().features()));
    }
    if (base.size() != targets || !base.stream().allMatch(Float::isFinite)) {
      throw InvalidTree.of("its base score is not %d finite numbers".formatted(targets));
    }
    boolean single = link == Link.BINARY && targets != 1;
    boolean several = link != Link.BINARY && link.classifier() && targets < 2;
    if (single || several) {
      throw InvalidTree.of("%d outputs do not fit the objective %s".formatted(targets, objective));
    }
    if (!classes.isEmpty() && classes.size() != link.classes(targets)) {
      throw InvalidTree.of(
          "it names %d of %d classes".formatted(classes.size(), link.classes(targets)));
    }
  }

  /** How many sums the trees add to. */
  public int targets() {
    return forest.targets();
  }

  private static List<String> names(List<String> names, String what) {
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (name.isEmpty() || name.length() > TreeLimits.NAME_CHARS) {
        throw InvalidTree.of(
            "a %s has a name of %d characters, not 1 to %d"
                .formatted(what, name.length(), TreeLimits.NAME_CHARS));
      }
      if (!seen.add(name)) {
        throw InvalidTree.of(
            "two of its %s names are the same: %s".formatted(what, Printable.of(name)));
      }
    }
    return List.copyOf(names);
  }
}
