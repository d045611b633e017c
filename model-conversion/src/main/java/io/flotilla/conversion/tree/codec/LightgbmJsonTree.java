package io.flotilla.conversion.tree.codec;

import com.fasterxml.jackson.core.JsonToken;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import io.flotilla.conversion.tree.codec.LightgbmModel.Decision;
import io.flotilla.conversion.tree.codec.LightgbmModel.Missing;
import io.flotilla.conversion.tree.ensemble.Forest;
import io.flotilla.conversion.tree.ensemble.InvalidTree;
import io.flotilla.conversion.tree.ensemble.RawTree;
import io.flotilla.conversion.tree.ensemble.SplitColumns;
import io.flotilla.conversion.tree.ensemble.TreeLimits;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A tree of LightGBM's JSON dump: a node with its children within. */
final class LightgbmJsonTree implements LightgbmModel.Source {
  private static final int NO_CHILD = -1;
  private static final double INFINITY = 1e300;

  private final int number;
  private final List<JsonNode> nodes = new ArrayList<>();

  /** What the dump may say about a node; children are places in the list of nodes. */
  private static final class JsonNode {
    String name = "node";
    @Nullable Integer feature;
    @Nullable String threshold;
    String decision = "";
    boolean defaultLeft;
    String missing = "None";
    int left = NO_CHILD;
    int right = NO_CHILD;
    @Nullable Double leaf;
  }

  LightgbmJsonTree(int number) {
    this.number = number;
  }

  /** Reads nodes with a stack of those that are open, since trees may be deep. */
  void read(JsonPull json) throws IOException {
    if (!nodes.isEmpty()) {
      throw invalid("it has two structures");
    }
    Deque<JsonNode> open = new ArrayDeque<>();
    open.push(begin());
    while (!open.isEmpty()) {
      switch (json.parser().nextToken()) {
        case FIELD_NAME -> {
          String key = json.parser().currentName();
          json.parser().nextToken();
          if (key.equals("left_child") || key.equals("right_child")) {
            open.push(child(json, open.element(), key));
          } else {
            member(json, open.element(), key);
          }
        }
        case END_OBJECT -> open.pop();
        case null, default -> throw json.wrong("tree " + number, "made of nodes");
      }
    }
  }

  private JsonNode begin() {
    if (nodes.size() == TreeLimits.NODES) {
      throw invalid("over %d nodes".formatted(TreeLimits.NODES));
    }
    JsonNode node = new JsonNode();
    nodes.add(node);
    return node;
  }

  private JsonNode child(JsonPull json, JsonNode parent, String key) {
    if (!json.at(JsonToken.START_OBJECT)) {
      throw json.wrong("tree %d, %s, %s".formatted(number, parent.name, key), "an object");
    }
    if (key.equals("left_child")) {
      parent.left = nodes.size();
    } else {
      parent.right = nodes.size();
    }
    return begin();
  }

  private void member(JsonPull json, JsonNode node, String key) throws IOException {
    String what = "tree %d, %s, %s".formatted(number, node.name, key);
    switch (key) {
      case "split_index" -> node.name = "node " + json.integer(what);
      case "leaf_index" -> node.name = "leaf " + json.integer(what);
      case "split_feature" -> node.feature = json.integer(what);
      case "threshold" -> node.threshold = json.text(what);
      case "decision_type" -> node.decision = json.text(what);
      case "default_left" -> node.defaultLeft = json.flag(what);
      case "missing_type" -> node.missing = json.text(what);
      case "leaf_value" -> node.leaf = json.number64(what);
      case "leaf_features", "leaf_coeff" -> LightgbmModel.requireNotLinear(number, true);
      default -> json.skip();
    }
  }

  @Override
  public void into(Forest forest, SplitColumns columns, int target, double scale) {
    if (nodes.isEmpty()) {
      throw invalid("its structure is missing");
    }
    forest.add(
        new RawTree() {
          @Override
          public int size() {
            return nodes.size();
          }

          @Override
          public Node node(int at) {
            JsonNode node = nodes.get(at);
            return node.leaf != null
                ? new Leaf(target, (float) (scale * node.leaf))
                : LightgbmModel.split(columns, decision(node), node.left, node.right);
          }

          @Override
          public String place(int at) {
            return nodes.get(at).name;
          }
        });
  }

  private Decision decision(JsonNode node) {
    if (node.feature == null || node.threshold == null) {
      throw InvalidTree.at(number, node.name, "it is neither a split nor a leaf");
    }
    return switch (node.decision) {
      case "<=" ->
          new Decision.Numeric(
              node.feature,
              threshold(node.threshold, "tree %d, %s".formatted(number, node.name)),
              missing(node),
              node.defaultLeft);
      case "==" -> new Decision.Category(node.feature, set(node, node.threshold));
      default ->
          throw InvalidTree.at(
              number,
              node.name,
              "its decision type %s is unknown".formatted(Printable.of(node.decision)));
    };
  }

  /** The dump writes 1e300 for infinity, since JSON has none. */
  private static double threshold(String text, String what) {
    double threshold = Numbers.float64(text, what);
    return Math.abs(threshold) < INFINITY || Double.isNaN(threshold)
        ? threshold
        : Math.copySign(Double.POSITIVE_INFINITY, threshold);
  }

  private Missing missing(JsonNode node) {
    return switch (node.missing.toLowerCase(Locale.ROOT)) {
      case "none" -> Missing.NONE;
      case "zero" -> Missing.ZERO;
      case "nan" -> Missing.NAN;
      default ->
          throw InvalidTree.at(
              number,
              node.name,
              "its missing type %s is unknown".formatted(Printable.of(node.missing)));
    };
  }

  private BitSet set(JsonNode node, String threshold) {
    String where = "tree %d, %s".formatted(number, node.name);
    BitSet set = new BitSet();
    for (String category : threshold.split("\\|\\|", -1)) {
      int value = Numbers.integer(category, where);
      LightgbmModel.requireCategory(where, value);
      set.set(value);
    }
    return set;
  }

  private FlotillaException invalid(String sentence) {
    return InvalidTree.of("tree %d: %s".formatted(number, sentence));
  }
}
