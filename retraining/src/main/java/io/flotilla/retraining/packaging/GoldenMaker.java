package io.flotilla.retraining.packaging;

import io.flotilla.bundle.golden.GoldenCase;
import io.flotilla.bundle.golden.GoldenVectors;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.retraining.table.Table;
import io.flotilla.retraining.train.LinearModel;
import io.flotilla.retraining.train.TrainedModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Makes the golden vectors of a bundle: rows spread evenly over the tables, one by one and then all
 * in one batch. The expected scores are the trainer's, in double precision, so that they prove the
 * runtime too. Pure.
 */
final class GoldenMaker {
  /** Of scores within 0 and 1. */
  private static final double ABSOLUTE_TOLERANCE = 1e-3;

  /** Twice what an accelerator may err that rounds to bfloat16: 2⁻⁸ is 3.9e-3. */
  private static final double RELATIVE_TOLERANCE = 4e-3;

  private GoldenMaker() {}

  static GoldenVectors of(BundleContent content, int cases) {
    List<Table.Row> all = new ArrayList<>(content.reference().rows());
    content.cohorts().ifPresent(table -> all.addAll(table.rows()));
    int count = Math.min(cases, all.size());
    List<Table.Row> chosen = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      chosen.add(all.get((int) ((long) i * all.size() / count)));
    }
    List<GoldenCase> golden = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      golden.add(golden("row-%02d".formatted(i), content.model(), List.of(chosen.get(i))));
    }
    golden.add(golden("batch-of-%d".formatted(count), content.model(), chosen));
    return new GoldenVectors(golden);
  }

  private static GoldenCase golden(String name, LinearModel model, List<Table.Row> rows) {
    int features = model.features().size();
    int labels = model.labels().size();
    float[] in = new float[rows.size() * features];
    float[] out = new float[rows.size() * labels];
    for (int row = 0; row < rows.size(); row++) {
      System.arraycopy(rows.get(row).values(), 0, in, row * features, features);
      double[] scores = model.scores(rows.get(row).values());
      for (int label = 0; label < labels; label++) {
        out[row * labels + label] = (float) scores[label];
      }
    }
    return new GoldenCase(
        name,
        Map.of(
            TrainedModel.INPUT, Tensor.ofFloats(List.of((long) rows.size(), (long) features), in)),
        Map.of(
            TrainedModel.OUTPUT, Tensor.ofFloats(List.of((long) rows.size(), (long) labels), out)),
        ABSOLUTE_TOLERANCE,
        RELATIVE_TOLERANCE);
  }
}
