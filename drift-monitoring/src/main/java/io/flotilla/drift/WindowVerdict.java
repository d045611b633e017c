package io.flotilla.drift;

import java.util.List;

/**
 * What a window says.
 *
 * @param deviation largest distance over all features, 0 to 1
 * @param threshold what it is compared with, in (0, 1]
 * @param exceeds whether the deviation is larger than the threshold
 * @param ranked the features that moved most, largest deviation first, ties by their order in the
 *     baseline; at most {@link DriftDetector#RANKED_FEATURES}
 * @param prediction how the predictions moved
 */
public record WindowVerdict(
    double deviation,
    double threshold,
    boolean exceeds,
    List<FeatureDeviation> ranked,
    PredictionShift prediction) {
  /** Copies the list. */
  public WindowVerdict {
    ranked = List.copyOf(ranked);
  }
}
