package io.flotilla.conversion.tree;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** XGBoost model files written by hand. */
final class TestTrees {
  private TestTrees() {}

  /**
   * A tree's lists.
   *
   * @param left left children, −1 for leaves
   * @param right right children
   * @param feature features that splits look at
   * @param condition thresholds, and values of leaves
   */
  record Lists(String left, String right, String feature, String condition) {
    String json() {
      int size = left.split(",", -1).length;
      String zeros = "0,".repeat(size - 1) + "0";
      return """
          {"left_children":[%s],"right_children":[%s],"split_indices":[%s],
           "split_conditions":[%s],"default_left":[%s]}"""
          .formatted(left, right, feature, condition, zeros);
    }
  }

  /** x0 &lt; 0.5 gives 1, else 2. */
  static final Lists STUMP = new Lists("1,-1,-1", "2,-1,-1", "0,0,0", "0.5,1,2");

  static String model(Lists... trees) {
    return model("reg:squarederror", 2, trees);
  }

  static String model(String objective, int features, Lists... trees) {
    return """
        {"learner":{"feature_names":[],"gradient_booster":{"name":"gbtree","model":{
          "tree_info":[%s],"trees":[%s]}},
          "learner_model_param":{"base_score":"5E-1","num_class":"0","num_feature":"%d"},
          "objective":{"name":"%s"}},"version":[2,1,4]}"""
        .formatted(
            IntStream.range(0, trees.length).mapToObj(tree -> "0").collect(Collectors.joining(",")),
            Arrays.stream(trees).map(Lists::json).collect(Collectors.joining(",")),
            features,
            objective);
  }

  /** A tree in which each split has a leaf on its left; so many nodes lie on the longest way. */
  static Lists chain(int depth) {
    int[] left = new int[2 * depth - 1];
    int[] right = new int[2 * depth - 1];
    Arrays.fill(left, -1);
    Arrays.fill(right, -1);
    for (int split = 0; split < depth - 1; split++) {
      left[2 * split] = 2 * split + 1;
      right[2 * split] = 2 * split + 2;
    }
    String conditions =
        IntStream.range(0, left.length)
            .mapToObj(node -> Float.toString(node / 1e4f))
            .collect(Collectors.joining(","));
    return new Lists(joined(left), joined(right), joined(new int[left.length]), conditions);
  }

  private static String joined(int[] values) {
    return Arrays.stream(values).mapToObj(Integer::toString).collect(Collectors.joining(","));
  }
}
