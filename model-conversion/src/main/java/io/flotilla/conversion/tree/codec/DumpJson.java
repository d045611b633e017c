package io.flotilla.conversion.tree.codec;

import com.fasterxml.jackson.core.JsonToken;
import io.flotilla.conversion.tree.codec.DumpTree.DumpNode;
import io.flotilla.conversion.tree.ensemble.InvalidTree;
import io.flotilla.conversion.tree.ensemble.TreeLimits;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;

/** An XGBoost dump in JSON: a list of trees, or one tree, each a node with its children within. */
final class DumpJson {
  private DumpJson() {}

  static List<DumpTree> read(InputStream in) {
    return JsonPull.read(in, "the XGBoost dump", DumpJson::trees);
  }

  private static List<DumpTree> trees(JsonPull json) throws IOException {
    List<DumpTree> trees = new ArrayList<>();
    if (json.at(JsonToken.START_OBJECT)) {
      trees.add(tree(json, 0));
      return trees;
    }
    json.list(
        "it",
        () -> {
          if (trees.size() == TreeLimits.TREES) {
            throw json.wrong("it", "at most %d trees long".formatted(TreeLimits.TREES));
          }
          trees.add(tree(json, trees.size()));
        });
    return trees;
  }

  /** Reads nodes with a stack of those that are open, since trees may be deep. */
  private static DumpTree tree(JsonPull json, int number) throws IOException {
    if (!json.at(JsonToken.START_OBJECT)) {
      throw json.wrong("tree " + number, "an object");
    }
    DumpTree tree = new DumpTree(number);
    Deque<DumpNode> open = new ArrayDeque<>(List.of(new DumpNode()));
    List<DumpNode> ordered = new ArrayList<>(open);
    while (!open.isEmpty()) {
      switch (json.parser().nextToken()) {
        case FIELD_NAME -> member(json, open.element(), number);
        case START_OBJECT -> {
          DumpNode child = new DumpNode();
          open.push(child);
          ordered.add(child);
        }
        case END_OBJECT -> open.pop();
        case END_ARRAY -> {}
        case null, default -> throw json.wrong("tree " + number, "made of nodes");
      }
    }
    ordered.forEach(tree::add);
    return tree;
  }

  private static void member(JsonPull json, DumpNode node, int tree) throws IOException {
    String key = json.parser().currentName();
    json.parser().nextToken();
    String what = "tree %d, node %d, %s".formatted(tree, node.id, key);
    switch (key) {
      case "nodeid" -> node.id = json.integer(what);
      case "split" -> node.split = json.text(what);
      case "split_condition" -> condition(json, node, what);
      case "yes" -> node.yes = json.integer(what);
      case "no" -> node.no = json.integer(what);
      case "missing" -> node.missing = json.integer(what);
      case "leaf" -> {
        if (json.at(JsonToken.START_ARRAY)) {
          throw InvalidTree.of(what + ": leaves that are vectors have no form here");
        }
        node.leaf = json.number(what);
      }
      case "children" -> {
        if (!json.at(JsonToken.START_ARRAY)) {
          throw json.wrong(what, "a list");
        }
      }
      default -> json.skip();
    }
  }

  private static void condition(JsonPull json, DumpNode node, String what) throws IOException {
    if (!json.at(JsonToken.START_ARRAY)) {
      node.condition = json.number(what);
      return;
    }
    BitSet categories = new BitSet();
    for (int category : json.integers(what)) {
      if (category < 0 || category >= TreeLimits.CATEGORIES) {
        throw json.wrong(what, "made of categories 0 to %d".formatted(TreeLimits.CATEGORIES - 1));
      }
      categories.set(category);
    }
    node.categories = categories;
  }
}
