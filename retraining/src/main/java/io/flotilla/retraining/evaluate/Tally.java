package io.flotilla.retraining.evaluate;

import io.flotilla.retraining.pipeline.Metric;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Adds up scored rows to figures. Pure. */
final class Tally {
  /** A score of zero for the right category would make the loss infinite. */
  private static final double SMALLEST_SCORE = 1e-12;

  private final List<String> labels;
  private final Map<String, long[]> foundOfLabel = new TreeMap<>();
  private long rows;
  private long right;
  private double loss;

  Tally(List<String> labels) {
    this.labels = labels;
  }

  /** Adds one row; a label that the model does not know counts as wrong. */
  void add(String label, float[] scores) {
    int best = 0;
    for (int i = 1; i < scores.length; i++) {
      if (scores[i] > scores[best]) {
        best = i;
      }
    }
    boolean hit = labels.get(best).equals(label);
    long[] found = foundOfLabel.computeIfAbsent(label, _ -> new long[2]);
    found[0] += hit ? 1 : 0;
    found[1]++;
    rows++;
    right += hit ? 1 : 0;
    int index = labels.indexOf(label);
    loss -= Math.log(Math.max(SMALLEST_SCORE, index < 0 ? 0 : scores[index]));
  }

  Figures figures() {
    double recalls = 0;
    for (long[] found : foundOfLabel.values()) {
      recalls += (double) found[0] / found[1];
    }
    Map<String, Double> values = new HashMap<>();
    values.put(Metric.ACCURACY.title(), (double) right / rows);
    values.put(Metric.BALANCED_ACCURACY.title(), recalls / foundOfLabel.size());
    values.put(Metric.LOG_LOSS.title(), loss / rows);
    values.put(Metric.ROWS.title(), (double) rows);
    return new Figures(values);
  }
}
