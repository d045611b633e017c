package io.flotilla.conversion.tree.codec;

import io.flotilla.bundle.failure.Printable;
import io.flotilla.conversion.tree.ensemble.Forest;
import io.flotilla.conversion.tree.ensemble.InvalidTree;
import io.flotilla.conversion.tree.ensemble.SplitColumns;
import io.flotilla.conversion.tree.ensemble.TreeEnsemble;
import io.flotilla.conversion.tree.ensemble.TreeEnsemble.Comparison;
import io.flotilla.conversion.tree.ensemble.TreeLimits;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the model file that XGBoost's {@code save_model} writes for a name ending in .json. */
public final class XgboostJsonReader {
  private static final String WHAT = "the XGBoost model file";

  // What the file says, in whatever order it says it.
  private String booster = "";
  private String objective = "";
  private String baseScore = "";
  private int features;
  private int classes;
  private int targets = 1;
  private List<String> featureNames = List.of();
  private @Nullable String bestIteration;
  private final List<XgboostJsonTree> trees = new ArrayList<>();
  private int @Nullable [] treeInfo;
  private float @Nullable [] dartWeights;

  private XgboostJsonReader() {}

  /**
   * Reads a model.
   *
   * @param in the file, closed at the end
   * @return the ensemble with the file's own feature names, or f0, f1 and so on
   * @throws io.flotilla.bundle.failure.FlotillaException {@code TREE_DUMP_INVALID} if the file is
   *     malformed, over a limit or has no ONNX form, naming tree and node; {@code STORAGE_FAILED}
   *     if the disk fails
   */
  public static TreeEnsemble read(InputStream in) {
    return JsonPull.read(
        in,
        WHAT,
        json -> {
          XgboostJsonReader reader = new XgboostJsonReader();
          reader.document(json);
          return reader.ensemble();
        });
  }

  private void document(JsonPull json) throws IOException {
    json.object(
        "it",
        key -> {
          if (key.equals("learner")) {
            learner(json);
          } else {
            json.skip();
          }
        });
  }

  private void learner(JsonPull json) throws IOException {
    json.object(
        "learner",
        key -> {
          switch (key) {
            case "attributes" -> attributes(json);
            case "feature_names" -> featureNames = json.texts("feature_names", TreeLimits.FEATURES);
            case "gradient_booster" -> booster(json);
            case "learner_model_param" -> parameters(json);
            case "objective" -> objective = named(json, key);
            default -> json.skip();
          }
        });
  }

  private void attributes(JsonPull json) throws IOException {
    json.object(
        "attributes",
        key -> {
          if (key.equals("best_iteration")) {
            bestIteration = json.text(key);
          } else {
            json.skip();
          }
        });
  }

  private static String named(JsonPull json, String what) throws IOException {
    List<String> names = new ArrayList<>();
    json.object(
        what,
        key -> {
          if (key.equals("name")) {
            names.add(json.text("the name of " + what));
          } else {
            json.skip();
          }
        });
    return names.isEmpty() ? "" : names.getFirst();
  }

  private void parameters(JsonPull json) throws IOException {
    json.object(
        "learner_model_param",
        key -> {
          switch (key) {
            case "base_score" -> baseScore = json.text(key);
            case "num_class" -> classes = json.integer(key);
            case "num_feature" -> features = json.integer(key);
            case "num_target" -> targets = json.integer(key);
            default -> json.skip();
          }
        });
  }

  /** A booster of kind dart wraps one of kind gbtree and has a weight for each tree. */
  private void booster(JsonPull json) throws IOException {
    json.object(
        "gradient_booster",
        key -> {
          switch (key) {
            case "name" -> booster = json.text(key);
            case "model" -> model(json);
            case "weight_drop" -> dartWeights = json.numbers(key);
            case "gbtree" ->
                json.object(
                    key,
                    inner -> {
                      if (inner.equals("model")) {
                        model(json);
                      } else {
                        json.skip();
                      }
                    });
            default -> json.skip();
          }
        });
  }

  private void model(JsonPull json) throws IOException {
    json.object(
        "model",
        key -> {
          switch (key) {
            case "tree_info" -> treeInfo = json.integers(key);
            case "trees" ->
                json.list(
                    key,
                    () -> {
                      if (trees.size() == TreeLimits.TREES) {
                        throw json.wrong("trees", "at most %d long".formatted(TreeLimits.TREES));
                      }
                      trees.add(XgboostJsonTree.read(json, trees.size()));
                    });
            default -> json.skip();
          }
        });
  }

  private TreeEnsemble ensemble() {
    if (!booster.equals("gbtree") && !booster.equals("dart")) {
      throw InvalidTree.of(
          "its booster is '%s', and only gbtree and dart are made of trees"
              .formatted(Printable.of(booster)));
    }
    XgboostObjective known = XgboostObjective.of(objective);
    int sums = Math.max(Math.max(classes, targets), 1);
    if (sums > TreeLimits.TARGETS) {
      throw InvalidTree.of("it has more than %d classes".formatted(TreeLimits.TARGETS));
    }
    SplitColumns columns = new SplitColumns(features);
    Forest forest = new Forest(columns, sums);
    int[] info = required(treeInfo, "tree_info");
    float[] weights = dartWeights == null ? ones(trees.size()) : dartWeights;
    if (info.length != trees.size() || weights.length != trees.size()) {
      throw InvalidTree.of("tree_info or weight_drop is not as long as the list of trees");
    }
    for (int tree = 0; tree < trees.size(); tree++) {
      forest.add(trees.get(tree).in(columns, info[tree], weights[tree]));
    }
    return new TreeEnsemble(
        featureNames.isEmpty() ? XgboostNames.numbered(features) : featureNames,
        List.of(),
        forest,
        Comparison.LESS,
        known.base(scores(), sums),
        known.link(),
        objective,
        notes());
  }

  private List<String> notes() {
    if (bestIteration == null) {
      return List.of();
    }
    return List.of(
        "All %d trees are used; the file names %s as its best iteration, which XGBoost's predict"
                .formatted(trees.size(), Printable.of(bestIteration))
            + " ignores as well unless told: slice the booster before saving to use fewer.");
  }

  /** One number; since XGBoost 3 a list of them in brackets. */
  private List<Float> scores() {
    String text = baseScore.strip();
    boolean list = text.startsWith("[") && text.endsWith("]");
    String inner = list ? text.substring(1, text.length() - 1) : text;
    List<Float> scores = new ArrayList<>();
    for (String score : inner.split(",", TreeLimits.TARGETS + 1)) {
      scores.add(Numbers.float32(score.strip(), "base_score"));
    }
    return scores;
  }

  private static float[] ones(int size) {
    float[] ones = new float[size];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static int[] required(int @Nullable [] list, String key) {
    if (list == null) {
      throw InvalidTree.of("%s lacks %s".formatted(WHAT, key));
    }
    return list;
  }
}
