package io.flotilla.conversion.tree.codec;

import io.flotilla.bundle.failure.Printable;
import io.flotilla.conversion.tree.ensemble.InvalidTree;
import io.flotilla.conversion.tree.ensemble.TreeLimits;
import java.util.List;
import java.util.stream.IntStream;

/** The names f0, f1 and so on that XGBoost gives features without names. */
final class XgboostNames {
  private XgboostNames() {}

  static List<String> numbered(int features) {
    return IntStream.range(0, features).mapToObj(feature -> "f" + feature).toList();
  }

  /**
   * The number in such a name.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code TREE_DUMP_INVALID} if it is another
   *     name, saying that feature names are needed then
   */
  static int number(String name) {
    if (!name.matches("f\\d{1,6}")) {
      throw InvalidTree.of(
          "it splits by %s: a dump with names of its own needs the feature names in column order"
              .formatted(Printable.of(name)));
    }
    int number = Integer.parseInt(name.substring(1));
    if (number >= TreeLimits.FEATURES) {
      throw InvalidTree.of(
          "feature f%d is over the limit of %d".formatted(number, TreeLimits.FEATURES));
    }
    return number;
  }
}
