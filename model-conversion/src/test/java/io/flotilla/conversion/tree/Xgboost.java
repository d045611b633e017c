package io.flotilla.conversion.tree;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;
import org.junit.jupiter.api.Assumptions;

/** XGBoost itself, which the tests believe. */
final class Xgboost implements AutoCloseable {
  private final Booster booster;
  private final List<String> featureTypes;

  private Xgboost(Booster booster, List<String> featureTypes) {
    this.booster = booster;
    this.featureTypes = featureTypes;
  }

  /** Skips the test where XGBoost's native library does not load. */
  static void assumeLoads() {
    Throwable failure = null;
    try {
      new DMatrix(new float[] {1}, 1, 1, Float.NaN).dispose();
    } catch (XGBoostError | LinkageError e) {
      failure = e;
    }
    Throwable found = failure;
    Assumptions.assumeTrue(
        found == null, () -> "XGBoost's native library does not load here: " + found);
  }

  /** What is trained. */
  @SuppressWarnings("ArrayRecordComponent")
  record Task(Rows rows, float[] labels, Map<String, Object> parameters, int rounds) {
    static Task of(Rows rows, float[] labels, int rounds, Object... parameters) {
      Map<String, Object> all = new HashMap<>(Map.of("nthread", 1, "seed", 42, "verbosity", 0));
      for (int i = 0; i < parameters.length; i += 2) {
        all.put((String) parameters[i], parameters[i + 1]);
      }
      return new Task(rows, labels, all, rounds);
    }
  }

  static Xgboost train(Task task) {
    return train(task, List.of());
  }

  /** Trains; types are q or c for each feature, or none. */
  static Xgboost train(Task task, List<String> featureTypes) {
    try {
      DMatrix matrix = matrix(task.rows(), featureTypes);
      matrix.setLabel(task.labels());
      if (String.valueOf(task.parameters().get("objective")).startsWith("rank:")) {
        int[] groups = new int[task.rows().count() / 10];
        Arrays.fill(groups, 10);
        matrix.setGroup(groups);
      }
      Booster booster =
          XGBoost.train(matrix, task.parameters(), task.rounds(), Map.of(), null, null);
      matrix.dispose();
      return new Xgboost(booster, featureTypes);
    } catch (XGBoostError e) {
      throw new AssertionError(e);
    }
  }

  private static DMatrix matrix(Rows rows, List<String> featureTypes) throws XGBoostError {
    DMatrix matrix = new DMatrix(rows.values(), rows.count(), rows.columns(), Float.NaN);
    if (!featureTypes.isEmpty()) {
      matrix.setFeatureTypes(featureTypes.toArray(String[]::new));
    }
    return matrix;
  }

  double[][] predict(Rows rows) {
    try {
      DMatrix matrix = matrix(rows, featureTypes);
      float[][] predicted = booster.predict(matrix);
      matrix.dispose();
      return Arrays.stream(predicted).map(Xgboost::widened).toArray(double[][]::new);
    } catch (XGBoostError e) {
      throw new AssertionError(e);
    }
  }

  private static double[] widened(float[] row) {
    double[] wide = new double[row.length];
    for (int i = 0; i < row.length; i++) {
      wide[i] = row[i];
    }
    return wide;
  }

  Booster booster() {
    return booster;
  }

  String json() {
    return new String(bytes("json"), StandardCharsets.UTF_8);
  }

  byte[] bytes(String format) {
    try {
      return booster.toByteArray(format);
    } catch (XGBoostError e) {
      throw new AssertionError(e);
    }
  }

  /** The dump as {@code dump_model} lays it out in a file. */
  String dump(boolean json, boolean statistics, String... featureNames) {
    try {
      String format = json ? "json" : "text";
      String[] trees =
          featureNames.length == 0
              ? booster.getModelDump("", statistics, format)
              : booster.getModelDump(featureNames, statistics, format);
      if (json) {
        return "[\n" + String.join(",\n", trees) + "\n]";
      }
      List<String> parts = new ArrayList<>();
      for (int tree = 0; tree < trees.length; tree++) {
        parts.add("booster[%d]:%n%s".formatted(tree, trees[tree]));
      }
      return String.join("", parts);
    } catch (XGBoostError e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    booster.dispose();
  }
}
