package io.flotilla.retraining.train;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.retraining.table.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.tribuo.Example;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.sgd.linear.LinearSGDModel;
import org.tribuo.classification.sgd.linear.LinearSGDTrainer;
import org.tribuo.classification.sgd.objectives.LogMulticlass;
import org.tribuo.impl.ArrayExample;
import org.tribuo.math.la.DenseMatrix;
import org.tribuo.math.optimisers.AdaGrad;
import org.tribuo.provenance.SimpleDataSourceProvenance;

/**
 * Trains linear classifiers by stochastic gradient descent, with Tribuo. The same table, settings
 * and seed give the same bytes: a fresh trainer is made each time, and the exported file carries
 * neither provenance nor description, which hold times.
 */
public final class LinearTrainer {
  private static final double ADAGRAD_EPSILON = 0.1;

  /** Largest difference between Tribuo's scores and {@link LinearModel}'s. */
  private static final double SAME_SCORE = 1e-9;

  private LinearTrainer() {}

  /**
   * Trains.
   *
   * @throws FlotillaException {@code DATASET_INVALID} if a row has no label or all have the same
   *     one; {@code STEP_FAILED} if training diverged
   */
  public static TrainedModel train(Table table, LinearSettings settings) {
    requireLabels(table);
    LinearSGDModel trained =
        new LinearSGDTrainer(
                new LogMulticlass(),
                new AdaGrad(settings.learningRate(), ADAGRAD_EPSILON),
                settings.epochs(),
                // Zero throws: it divides by it.
                Integer.MAX_VALUE,
                settings.batch(),
                settings.seed())
            .train(dataset(table, settings.scale()));
    LinearModel model = linear(trained, table, settings.scale());
    requireSameScores(trained, model, table);
    return new TrainedModel(model, OnnxExport.export(trained, model));
  }

  private static MutableDataset<Label> dataset(Table table, double scale) {
    LabelFactory labels = new LabelFactory();
    MutableDataset<Label> dataset =
        new MutableDataset<>(new SimpleDataSourceProvenance("table", labels), labels);
    String[] names = featureNames(table.features().size());
    for (Table.Row row : table.rows()) {
      dataset.add(example(row, names, scale));
    }
    return dataset;
  }

  private static Example<Label> example(Table.Row row, String[] names, double scale) {
    // Zeros too: a feature that is left out of every row would be missing in the model.
    double[] values = new double[names.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = row.values()[i] * scale;
    }
    return new ArrayExample<>(new Label(row.label()), names, values);
  }

  /** Tribuo sorts features by name: padded numbers keep the table's order. */
  private static String[] featureNames(int count) {
    String[] names = new String[count];
    for (int i = 0; i < count; i++) {
      names[i] = "f%06d".formatted(i);
    }
    return names;
  }

  private static LinearModel linear(LinearSGDModel trained, Table table, double scale) {
    ImmutableOutputInfo<Label> outputs = trained.getOutputIDInfo();
    DenseMatrix matrix = trained.getWeightsCopy();
    List<String> labels = new ArrayList<>();
    List<List<Double>> weights = new ArrayList<>();
    for (int label = 0; label < outputs.size(); label++) {
      labels.add(outputs.getOutput(label).getLabel());
      List<Double> row = new ArrayList<>();
      for (int i = 0; i <= table.features().size(); i++) {
        double weight = matrix.get(label, i);
        if (!Double.isFinite(weight)) {
          throw new FlotillaException(
              ErrorCode.STEP_FAILED,
              "training diverged: use a smaller learning rate or a scale that fits the features");
        }
        row.add(weight);
      }
      weights.add(row);
    }
    return new LinearModel(table.features(), labels, scale, weights);
  }

  /**
   * Golden vectors are computed by {@link LinearModel}; this is what makes them the trainer's own.
   */
  private static void requireSameScores(LinearSGDModel trained, LinearModel model, Table table) {
    String[] names = featureNames(table.features().size());
    for (Table.Row row : table.rows()) {
      Map<String, Label> expected =
          trained.predict(example(row, names, model.scale())).getOutputScores();
      double[] scores = model.scores(row.values());
      for (int label = 0; label < scores.length; label++) {
        Label theirs = expected.get(model.labels().get(label));
        if (theirs == null || !(Math.abs(theirs.getScore() - scores[label]) <= SAME_SCORE)) {
          throw new IllegalStateException(
              "the extracted weights score %s where the trainer scores %s"
                  .formatted(scores[label], theirs));
        }
      }
    }
  }

  private static void requireLabels(Table table) {
    Set<String> labels = new TreeSet<>();
    for (Table.Row row : table.rows()) {
      if (row.label().isEmpty()) {
        throw new FlotillaException(
            ErrorCode.DATASET_INVALID, "a row to train on has no label: prepare the table first");
      }
      labels.add(row.label());
    }
    if (labels.size() < 2) {
      throw new FlotillaException(
          ErrorCode.DATASET_INVALID,
          "all rows to train on have the label %s: there is nothing to tell apart"
              .formatted(labels.iterator().next()));
    }
  }
}
