package io.flotilla.conversion.tree.codec;

import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import io.flotilla.conversion.tree.ensemble.FloatThresholds;
import io.flotilla.conversion.tree.ensemble.Forest;
import io.flotilla.conversion.tree.ensemble.InvalidTree;
import io.flotilla.conversion.tree.ensemble.RawTree.Split;
import io.flotilla.conversion.tree.ensemble.SplitColumns;
import io.flotilla.conversion.tree.ensemble.SplitColumns.Membership;
import io.flotilla.conversion.tree.ensemble.SplitColumns.Rounding;
import io.flotilla.conversion.tree.ensemble.TreeEnsemble;
import io.flotilla.conversion.tree.ensemble.TreeEnsemble.Comparison;
import io.flotilla.conversion.tree.ensemble.TreeLimits;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;

/** What LightGBM's two formats say alike: the header, and how splits decide. */
final class LightgbmModel {
  /** What counts as 0 in LightGBM's predictions (its {@code kZeroThreshold}). */
  private static final float ZERO = 1e-35f;

  String version = "";
  int sums = 1;
  int maxFeature = -1;
  String objective = "";
  boolean average;
  List<String> featureNames = List.of();

  /** Where values that are missing go, and which are (LightGBM's {@code MissingType}). */
  enum Missing {
    /** None: NaN counts as 0. */
    NONE,
    /** Zeros and NaN. */
    ZERO,
    /** NaN. */
    NAN
  }

  /** How one node decides. */
  sealed interface Decision {
    /** The feature it looks at. */
    int feature();

    /** {@code feature <= threshold} goes left. */
    record Numeric(int feature, double threshold, Missing missing, boolean defaultLeft)
        implements Decision {}

    /** A category of the set goes left, and all else right, missing values too. */
    record Category(int feature, BitSet set) implements Decision {}
  }

  /** The split for a forest; formula: LightGBM's {@code Tree::Decision}. */
  static Split split(SplitColumns columns, Decision decision, int left, int right) {
    return switch (decision) {
      case Decision.Category(int feature, BitSet set) ->
          new Split(
              columns.membership(new Membership(feature, set, Rounding.TRUNCATE, false)),
              Membership.BETWEEN,
              left,
              right,
              false);
      case Decision.Numeric(
              int feature,
              double threshold,
              Missing missing,
              boolean defaultLeft) -> {
        boolean nanIsLeft = missing == Missing.NONE ? 0 <= threshold : defaultLeft;
        int column =
            missing == Missing.ZERO ? columns.zeroMissing(feature) : columns.plain(feature);
        yield new Split(column, threshold(threshold), left, right, nanIsLeft);
      }
    };
  }

  /**
   * The largest float that goes left. LightGBM takes inputs of magnitude up to {@link #ZERO} for 0
   * before it compares, so that none of them goes left of a negative threshold, and all of them
   * where the threshold is 0 or more.
   */
  static float threshold(double threshold) {
    float plain = FloatThresholds.atMost(threshold);
    if (Math.abs(plain) > ZERO || Float.isNaN(plain)) {
      return plain;
    }
    return threshold < 0 ? Math.nextDown(-ZERO) : ZERO;
  }

  static void requireNotLinear(int tree, boolean linear) {
    if (linear) {
      throw InvalidTree.of(
          "tree %d: its leaves are linear models, which have no form here; train with"
                  .formatted(tree)
              + " linear_tree=false");
    }
  }

  static void requireCategory(String where, int category) {
    if (category < 0 || category >= TreeLimits.CATEGORIES) {
      throw InvalidTree.of(
          "%s: category %d is not 0 to %d".formatted(where, category, TreeLimits.CATEGORIES - 1));
    }
  }

  /** A tree of either format. */
  interface Source {
    /**
     * Adds the tree to a forest.
     *
     * @param target that its leaves add to
     * @param scale that its leaves are multiplied with
     */
    void into(Forest forest, SplitColumns columns, int target, double scale);
  }

  TreeEnsemble ensemble(List<? extends Source> trees) {
    if (!version.matches("v[234]")) {
      throw InvalidTree.of(
          "it is of format version '%s', and v2 to v4 are read".formatted(Printable.of(version)));
    }
    LightgbmObjective known = LightgbmObjective.of(objective);
    if (sums < 1 || sums > TreeLimits.TARGETS || trees.size() % sums != 0) {
      throw invalid("it has %d trees and %d of them a round".formatted(trees.size(), sums));
    }
    if (maxFeature < 0 || maxFeature >= TreeLimits.FEATURES) {
      throw invalid("it has %d features".formatted(maxFeature + 1L));
    }
    if (featureNames.size() != maxFeature + 1) {
      throw invalid("it names %d of %d features".formatted(featureNames.size(), maxFeature + 1));
    }
    SplitColumns columns = new SplitColumns(maxFeature + 1);
    Forest forest = new Forest(columns, sums);
    double scale = known.scale() / (average ? Math.max(1, trees.size() / sums) : 1);
    for (int tree = 0; tree < trees.size(); tree++) {
      trees.get(tree).into(forest, columns, tree % sums, scale);
    }
    return new TreeEnsemble(
        featureNames,
        List.of(),
        forest,
        Comparison.LESS_OR_EQUAL,
        new ArrayList<>(Collections.nCopies(sums, 0f)),
        known.link(),
        known.name(),
        List.of());
  }

  private static FlotillaException invalid(String sentence) {
    return InvalidTree.of(sentence);
  }
}
