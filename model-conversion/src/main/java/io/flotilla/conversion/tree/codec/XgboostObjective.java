package io.flotilla.conversion.tree.codec;

import io.flotilla.bundle.failure.Printable;
import io.flotilla.conversion.tree.ensemble.InvalidTree;
import io.flotilla.conversion.tree.ensemble.Link;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * XGBoost's objectives: how they turn sums into predictions, and the base score into a start of the
 * sum (from the objectives' {@code PredTransform} and {@code ProbToMargin}).
 *
 * @param name XGBoost's name
 * @param link how sums become predictions
 * @param start what the base score goes through before it is added
 */
record XgboostObjective(String name, Link link, Start start) {
  private static final Set<String> PLAIN =
      Set.of(
          "reg:squarederror",
          "reg:linear",
          "reg:squaredlogerror",
          "reg:absoluteerror",
          "reg:pseudohubererror",
          "reg:quantileerror");
  private static final Set<String> LOG = Set.of("count:poisson", "reg:gamma", "reg:tweedie");

  /** What the base score goes through. */
  enum Start {
    IDENTITY,
    LOGIT,
    LOG
  }

  /**
   * Finds an objective.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code TREE_DUMP_INVALID} if it has no
   *     form here
   */
  static XgboostObjective of(String name) {
    if (PLAIN.contains(name) || name.startsWith("rank:")) {
      return new XgboostObjective(name, Link.IDENTITY, Start.IDENTITY);
    }
    if (LOG.contains(name)) {
      return new XgboostObjective(name, Link.EXP, Start.LOG);
    }
    return switch (name) {
      case "reg:logistic" -> new XgboostObjective(name, Link.LOGISTIC, Start.LOGIT);
      case "binary:logistic" -> new XgboostObjective(name, Link.BINARY, Start.LOGIT);
      case "binary:logitraw" -> new XgboostObjective(name, Link.IDENTITY, Start.IDENTITY);
      case "multi:softprob", "multi:softmax" ->
          new XgboostObjective(name, Link.SOFTMAX, Start.IDENTITY);
      default ->
          throw InvalidTree.of(
              "XGBoost's objective %s has no ONNX form here; read are reg:*, count:poisson,"
                      .formatted(Printable.of(name))
                  + " binary:logistic, binary:logitraw, multi:softprob, multi:softmax and rank:*");
    };
  }

  /** The start of the sum of each target, from one base score for all of them or one for each. */
  List<Float> base(List<Float> scores, int targets) {
    if (scores.size() != 1 && scores.size() != targets) {
      throw InvalidTree.of(
          "it has %d base scores for %d targets".formatted(scores.size(), targets));
    }
    List<Float> base = new ArrayList<>();
    for (int target = 0; target < targets; target++) {
      base.add(start(scores.get(scores.size() == 1 ? 0 : target)));
    }
    return base;
  }

  private float start(float score) {
    return switch (start) {
      case IDENTITY -> score;
      case LOGIT -> {
        if (!(score > 0 && score < 1)) {
          throw InvalidTree.of(
              "the base score of %s is a probability between 0 and 1, not %s"
                  .formatted(name, score));
        }
        yield (float) -Math.log(1 / (double) score - 1);
      }
      case LOG -> {
        if (!(score > 0)) {
          throw InvalidTree.of("the base score of %s is over 0, not %s".formatted(name, score));
        }
        yield (float) Math.log(score);
      }
    };
  }
}
