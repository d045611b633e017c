package io.flotilla.conversion.tree.codec;

import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.conversion.tree.codec.LightgbmModel.Decision;
import io.flotilla.conversion.tree.codec.LightgbmModel.Missing;
import io.flotilla.conversion.tree.ensemble.Forest;
import io.flotilla.conversion.tree.ensemble.InvalidTree;
import io.flotilla.conversion.tree.ensemble.RawTree;
import io.flotilla.conversion.tree.ensemble.SplitColumns;
import io.flotilla.conversion.tree.ensemble.TreeLimits;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.StringTokenizer;

/**
 * A tree of LightGBM's text model: lists of splits, and of leaves, which children name as ~leaf.
 */
final class LightgbmTextTree implements LightgbmModel.Source {
  private static final int WORD_BITS = 32;
  private static final int CATEGORICAL = 1;
  private static final int DEFAULT_LEFT = 2;
  private static final int MISSING_SHIFT = 2;

  private final int number;
  private final Map<String, String> fields = new HashMap<>();
  private int leaves;
  private int[] feature = {};
  private double[] threshold = {};
  private int[] decision = {};
  private int[] left = {};
  private int[] right = {};
  private double[] leafValue = {};
  private int[] categoryBounds = {};
  private long[] categoryWords = {};

  LightgbmTextTree(int number) {
    this.number = number;
  }

  /** Takes a line {@code key=value}; statistics are left out. */
  void field(String key, String value) {
    switch (key) {
      case "num_leaves",
          "split_feature",
          "threshold",
          "decision_type",
          "left_child",
          "right_child",
          "leaf_value",
          "cat_boundaries",
          "cat_threshold",
          "is_linear",
          "num_cat" -> {
        if (fields.put(key, value) != null) {
          throw invalid("%s is there twice".formatted(key));
        }
      }
      default -> {}
    }
  }

  /** Reads the lists, when all lines are there. */
  void finish() {
    leaves = Numbers.integer(required("num_leaves"), what("num_leaves"));
    if (leaves < 1 || leaves > TreeLimits.NODES) {
      throw invalid("it has %d leaves".formatted(leaves));
    }
    LightgbmModel.requireNotLinear(
        number, !fields.getOrDefault("is_linear", "0").strip().equals("0"));
    leafValue = doubles("leaf_value", leaves);
    int splits = leaves - 1;
    if (splits > 0) {
      feature = integers("split_feature", splits);
      threshold = doubles("threshold", splits);
      decision = integers("decision_type", splits);
      left = integers("left_child", splits);
      right = integers("right_child", splits);
    }
    int sets = Numbers.integer(fields.getOrDefault("num_cat", "0").strip(), what("num_cat"));
    if (sets < 0 || sets > splits) {
      throw invalid("it has %d sets of categories".formatted(sets));
    }
    if (sets > 0) {
      categoryBounds = integers("cat_boundaries", sets + 1);
      categoryWords = words(categoryBounds[sets]);
    }
    fields.clear();
  }

  @Override
  public void into(Forest forest, SplitColumns columns, int target, double scale) {
    forest.add(
        new RawTree() {
          @Override
          public int size() {
            return 2 * leaves - 1;
          }

          // Splits first, then leaves.
          @Override
          public Node node(int at) {
            return at < leaves - 1
                ? LightgbmModel.split(columns, decision(at), child(left[at]), child(right[at]))
                : new Leaf(target, (float) (scale * leafValue[at - (leaves - 1)]));
          }

          @Override
          public String place(int at) {
            return at < leaves - 1 ? "node " + at : "leaf " + (at - (leaves - 1));
          }
        });
  }

  private int child(int written) {
    return written >= 0 && written < leaves - 1 ? written : leaves - 1 + leaf(~written);
  }

  private int leaf(int leaf) {
    if (leaf < 0 || leaf >= leaves) {
      throw invalid("its child %d is out of range".formatted(~leaf));
    }
    return leaf;
  }

  private Decision decision(int at) {
    int bits = decision[at];
    if ((bits & CATEGORICAL) != 0) {
      return new Decision.Category(feature[at], set(at));
    }
    Missing missing =
        switch (bits >> MISSING_SHIFT) {
          case 0 -> Missing.NONE;
          case 1 -> Missing.ZERO;
          case 2 -> Missing.NAN;
          default ->
              throw InvalidTree.at(
                  number, "node " + at, "its decision type %d is unknown".formatted(bits));
        };
    return new Decision.Numeric(feature[at], threshold[at], missing, (bits & DEFAULT_LEFT) != 0);
  }

  private BitSet set(int at) {
    int index = (int) threshold[at];
    if (index < 0 || index >= categoryBounds.length - 1) {
      throw InvalidTree.at(number, "node " + at, "its set of categories is missing");
    }
    int from = categoryBounds[index];
    int to = categoryBounds[index + 1];
    if (from < 0 || from > to || to > categoryWords.length) {
      throw InvalidTree.at(number, "node " + at, "its categories are out of range");
    }
    BitSet set = new BitSet();
    for (int word = from; word < to; word++) {
      for (int bit = 0; bit < WORD_BITS; bit++) {
        if ((categoryWords[word] >> bit & 1) != 0) {
          long category = (long) (word - from) * WORD_BITS + bit;
          LightgbmModel.requireCategory(
              "tree %d, node %d".formatted(number, at),
              (int) Math.min(category, Integer.MAX_VALUE));
          set.set((int) category);
        }
      }
    }
    return set;
  }

  private int[] integers(String key, int size) {
    String[] words = list(key, size);
    return Arrays.stream(words).mapToInt(word -> Numbers.integer(word, what(key))).toArray();
  }

  private double[] doubles(String key, int size) {
    String[] words = list(key, size);
    return Arrays.stream(words).mapToDouble(word -> Numbers.float64(word, what(key))).toArray();
  }

  private long[] words(int size) {
    String key = "cat_threshold";
    if (size < 0 || size > TreeLimits.NODES) {
      throw invalid("cat_boundaries is out of range");
    }
    long[] words = new long[size];
    String[] texts = list(key, size);
    for (int i = 0; i < size; i++) {
      try {
        words[i] = Integer.parseUnsignedInt(texts[i]) & 0xFFFF_FFFFL;
      } catch (NumberFormatException e) {
        throw InvalidTree.of("tree %d: %s is no list of words".formatted(number, key), e);
      }
    }
    return words;
  }

  private String[] list(String key, int size) {
    StringTokenizer tokens = new StringTokenizer(required(key), " ");
    String[] list = new String[Math.min(size, tokens.countTokens())];
    for (int i = 0; i < list.length; i++) {
      list[i] = tokens.nextToken();
    }
    if (list.length != size || tokens.hasMoreTokens()) {
      throw invalid("%s has not %d values".formatted(key, size));
    }
    return list;
  }

  private String required(String key) {
    String value = fields.get(key);
    if (value == null) {
      throw invalid("%s is missing".formatted(key));
    }
    return value.strip();
  }

  private String what(String key) {
    return "tree %d, %s".formatted(number, key);
  }

  private FlotillaException invalid(String sentence) {
    return InvalidTree.of("tree %d: %s".formatted(number, sentence));
  }
}
