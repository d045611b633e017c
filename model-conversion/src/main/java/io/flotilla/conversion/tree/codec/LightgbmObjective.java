package io.flotilla.conversion.tree.codec;

import io.flotilla.bundle.failure.Printable;
import io.flotilla.conversion.tree.ensemble.InvalidTree;
import io.flotilla.conversion.tree.ensemble.Link;
import java.util.Arrays;
import java.util.Set;

/**
 * LightGBM's objectives (from their {@code ConvertOutput}).
 *
 * @param name LightGBM's name
 * @param link how sums become predictions
 * @param scale what sums are multiplied with first: the sigmoid's parameter
 */
record LightgbmObjective(String name, Link link, double scale) {
  private static final Set<String> PLAIN =
      Set.of("regression_l1", "huber", "fair", "quantile", "mape", "lambdarank", "rank_xendcg");
  private static final Set<String> LOG = Set.of("poisson", "gamma", "tweedie");

  /**
   * Finds an objective.
   *
   * @param line as the model file writes it, such as {@code binary sigmoid:1}; empty for one of the
   *     user's own, whose sums are answered as they are
   * @throws io.flotilla.bundle.failure.FlotillaException {@code TREE_DUMP_INVALID} if it has no
   *     form here
   */
  static LightgbmObjective of(String line) {
    String[] words = line.strip().split(" +", 64);
    String name = words[0];
    if (PLAIN.contains(name)) {
      return new LightgbmObjective(name, Link.IDENTITY, 1);
    }
    if (LOG.contains(name)) {
      return new LightgbmObjective(name, Link.EXP, 1);
    }
    return switch (name) {
      case "", "custom" -> new LightgbmObjective("custom", Link.IDENTITY, 1);
      case "regression" ->
          new LightgbmObjective(
              name, Arrays.asList(words).contains("sqrt") ? Link.SIGNED_SQUARE : Link.IDENTITY, 1);
      case "binary" -> new LightgbmObjective(name, Link.BINARY, sigmoid(words));
      case "multiclass" -> new LightgbmObjective(name, Link.SOFTMAX, 1);
      case "multiclassova" -> new LightgbmObjective(name, Link.ONE_VS_ALL, sigmoid(words));
      case "cross_entropy" -> new LightgbmObjective(name, Link.LOGISTIC, 1);
      case "cross_entropy_lambda" -> new LightgbmObjective(name, Link.SOFTPLUS, 1);
      default ->
          throw InvalidTree.of(
              "LightGBM's objective %s has no ONNX form here".formatted(Printable.of(name)));
    };
  }

  private static double sigmoid(String[] words) {
    for (String word : words) {
      if (word.startsWith("sigmoid:")) {
        double sigmoid = Numbers.float64(word.substring("sigmoid:".length()), "sigmoid");
        if (!(sigmoid > 0 && sigmoid < 1e6)) {
          throw InvalidTree.of("its sigmoid is %s, not over 0".formatted(sigmoid));
        }
        return sigmoid;
      }
    }
    return 1;
  }
}
