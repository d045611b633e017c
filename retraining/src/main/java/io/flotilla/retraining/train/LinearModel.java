package io.flotilla.retraining.train;

import java.util.List;

/**
 * A trained linear classifier: softmax(W·(x·scale) + b), in double precision.
 *
 * @param features names of the features in the order of a row
 * @param labels in the order of the outputs
 * @param scale what every feature is multiplied by
 * @param weights per label, one weight per feature and the bias last
 */
public record LinearModel(
    List<String> features, List<String> labels, double scale, List<List<Double>> weights) {
  /** Checks the shape. */
  public LinearModel {
    features = List.copyOf(features);
    labels = List.copyOf(labels);
    weights = weights.stream().map(List::copyOf).toList();
    int width = features.size() + 1;
    if (weights.size() != labels.size() || weights.stream().anyMatch(w -> w.size() != width)) {
      throw new IllegalArgumentException(
          "%d labels of %d features need as many rows of one more weight"
              .formatted(labels.size(), features.size()));
    }
  }

  /** The score of each label, which add up to 1. */
  public double[] scores(float[] row) {
    double[] scores = new double[labels.size()];
    double largest = Double.NEGATIVE_INFINITY;
    for (int label = 0; label < scores.length; label++) {
      List<Double> w = weights.get(label);
      double sum = w.getLast();
      for (int i = 0; i < row.length; i++) {
        sum += w.get(i) * (row[i] * scale);
      }
      scores[label] = sum;
      largest = Math.max(largest, sum);
    }
    double total = 0;
    for (int label = 0; label < scores.length; label++) {
      scores[label] = StrictMath.exp(scores[label] - largest);
      total += scores[label];
    }
    for (int label = 0; label < scores.length; label++) {
      scores[label] /= total;
    }
    return scores;
  }

  /** Index of the most likely label; of several equal ones the first. */
  public int predict(float[] row) {
    double[] scores = scores(row);
    int best = 0;
    for (int label = 1; label < scores.length; label++) {
      if (scores[label] > scores[best]) {
        best = label;
      }
    }
    return best;
  }
}
