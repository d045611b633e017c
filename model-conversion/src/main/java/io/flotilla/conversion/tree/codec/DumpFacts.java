package io.flotilla.conversion.tree.codec;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.conversion.tree.ensemble.TreeLimits;

/**
 * What an XGBoost dump does not tell about its model, as the trainer knew it.
 *
 * @param objective XGBoost's name, such as {@code binary:logistic}
 * @param baseScore the training parameter {@code base_score} (a probability for {@code
 *     reg:logistic} and {@code binary:logistic}, a mean for objectives with a log link); since
 *     XGBoost 2 it is estimated unless given, and {@code save_config} tells it
 * @param groups classes of {@code multi:*} objectives, otherwise the targets, usually 1; 1 to
 *     {@link TreeLimits#TARGETS}
 * @param parallelTrees the training parameter {@code num_parallel_tree}, usually 1
 */
public record DumpFacts(String objective, float baseScore, int groups, int parallelTrees) {
  /**
   * Checks the ranges.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if one is passed
   */
  public DumpFacts {
    if (objective.isEmpty() || !Float.isFinite(baseScore)) {
      throw invalid("an XGBoost dump needs its objective and a finite base score");
    }
    if (groups < 1 || groups > TreeLimits.TARGETS) {
      throw invalid("a tree ensemble has 1 to %d classes".formatted(TreeLimits.TARGETS));
    }
    if (parallelTrees < 1 || parallelTrees > TreeLimits.TREES) {
      throw invalid("num_parallel_tree is 1 to %d".formatted(TreeLimits.TREES));
    }
  }

  /** One tree a round and one sum. */
  public static DumpFacts of(String objective, float baseScore) {
    return new DumpFacts(objective, baseScore, 1, 1);
  }

  private static FlotillaException invalid(String sentence) {
    return new FlotillaException(ErrorCode.INPUT_INVALID, sentence);
  }
}
