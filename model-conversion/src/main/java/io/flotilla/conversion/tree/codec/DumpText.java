package io.flotilla.conversion.tree.codec;

import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import io.flotilla.conversion.tree.codec.DumpTree.DumpNode;
import io.flotilla.conversion.tree.ensemble.InvalidTree;
import io.flotilla.conversion.tree.ensemble.TreeLimits;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An XGBoost dump as text: a line per node, as in {@code 0:[f2<2.45] yes=1,no=2,missing=2} and
 * {@code 1:leaf=0.4}, statistics after them, and {@code booster[0]:} before each tree.
 */
final class DumpText {
  private static final Pattern HEADER = Pattern.compile("booster\\[\\d{1,9}\\]:?");
  private static final Pattern ID = Pattern.compile("\\d{1,9}");
  private static final Pattern WAYS =
      Pattern.compile("yes=(\\d{1,9}),no=(\\d{1,9})(?:,missing=(\\d{1,9}))?(?:,.*)?");
  private static final String SET = ":{";

  private final List<DumpTree> trees = new ArrayList<>();

  private DumpText() {}

  static List<DumpTree> read(InputStream in) {
    DumpText dump = new DumpText();
    try (BoundedLines lines = new BoundedLines(in, "the XGBoost dump")) {
      int number = 1;
      for (String line = lines.next(); line != null; line = lines.next()) {
        dump.line(line.strip(), number++);
      }
    }
    return dump.trees;
  }

  private void line(String line, int number) {
    if (line.isEmpty() || HEADER.matcher(line).matches()) {
      return;
    }
    int colon = line.indexOf(':');
    if (colon < 0 || !ID.matcher(line.substring(0, colon)).matches()) {
      throw wrong(number, line);
    }
    DumpNode node = new DumpNode();
    node.id = Integer.parseInt(line.substring(0, colon));
    String rest = line.substring(colon + 1);
    if (rest.startsWith("leaf=")) {
      node.leaf = leaf(rest.substring("leaf=".length()), number);
    } else if (rest.startsWith("[")) {
      split(node, rest, number);
    } else {
      throw wrong(number, line);
    }
    // Every tree begins with its root, and no other node has its id.
    if (node.id == 0) {
      if (trees.size() == TreeLimits.TREES) {
        throw InvalidTree.of("it has more than %d trees".formatted(TreeLimits.TREES));
      }
      trees.add(new DumpTree(trees.size()));
    }
    if (trees.isEmpty()) {
      throw wrong(number, line);
    }
    trees.getLast().add(node);
  }

  private static float leaf(String rest, int number) {
    if (rest.startsWith("[")) {
      throw InvalidTree.of("line %d: leaves that are vectors have no form here".formatted(number));
    }
    int comma = rest.indexOf(',');
    return Numbers.float32(comma < 0 ? rest : rest.substring(0, comma), "line " + number);
  }

  private static void split(DumpNode node, String rest, int number) {
    int end = rest.lastIndexOf("] yes=");
    Matcher ways = end < 0 ? null : WAYS.matcher(rest.substring(end + 2));
    if (ways == null || !ways.matches()) {
      throw wrong(number, rest);
    }
    node.yes = Integer.parseInt(ways.group(1));
    node.no = Integer.parseInt(ways.group(2));
    @Nullable String missing = ways.group(3);
    node.missing = missing == null ? -1 : Integer.parseInt(missing);
    String condition = rest.substring(1, end);
    int set = condition.lastIndexOf(SET);
    int less = condition.lastIndexOf('<');
    if (set > 0 && condition.endsWith("}")) {
      node.split = condition.substring(0, set);
      String members = condition.substring(set + SET.length(), condition.length() - 1);
      node.categories = categories(members, number);
    } else if (less > 0) {
      node.split = condition.substring(0, less);
      node.condition = Numbers.float32(condition.substring(less + 1), "line " + number);
    } else {
      node.split = condition;
      // Without a condition there is no way for missing values: the tree says so when it is built.
      node.missing = node.yes;
    }
  }

  private static BitSet categories(String members, int number) {
    BitSet categories = new BitSet();
    for (String member : members.split(",", -1)) {
      int category = Numbers.integer(member.strip(), "line " + number);
      if (category < 0 || category >= TreeLimits.CATEGORIES) {
        throw InvalidTree.of(
            "line %d: category %d is not 0 to %d"
                .formatted(number, category, TreeLimits.CATEGORIES - 1));
      }
      categories.set(category);
    }
    return categories;
  }

  private static FlotillaException wrong(int number, String line) {
    return InvalidTree.of("line %d is no node: %s".formatted(number, Printable.of(line)));
  }
}
