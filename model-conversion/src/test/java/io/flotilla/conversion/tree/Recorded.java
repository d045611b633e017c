package io.flotilla.conversion.tree;

import io.flotilla.conversion.tree.Xgboost.Task;
import io.flotilla.conversion.tree.codec.DumpFacts;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Small models that the trainers themselves wrote, with their predictions, for machines on which
 * the trainers do not run. The main method makes them anew: see SOURCE.md beside them.
 *
 * @param file name of the model's file among the resources
 * @param source its kind
 * @param options what to convert it with
 */
record Recorded(String file, TreeSource source, TreeOptions options) {
  static final Recorded XGBOOST =
      new Recorded("xgboost-multi.json", TreeSource.XGBOOST_JSON, TreeOptions.DEFAULT);
  static final Recorded XGBOOST_1 =
      new Recorded("xgboost-1.7.6-multi.json", TreeSource.XGBOOST_JSON, TreeOptions.DEFAULT);
  static final Recorded DUMP_TEXT =
      new Recorded("xgboost-dump.txt", TreeSource.XGBOOST_DUMP_TEXT, dump());
  static final Recorded DUMP_JSON =
      new Recorded("xgboost-dump.json", TreeSource.XGBOOST_DUMP_JSON, dump());
  static final Recorded LIGHTGBM =
      new Recorded("lightgbm-binary.txt", TreeSource.LIGHTGBM_TEXT, TreeOptions.DEFAULT);
  static final Recorded LIGHTGBM_JSON =
      new Recorded("lightgbm-binary.json", TreeSource.LIGHTGBM_JSON, TreeOptions.DEFAULT);
  static final List<Recorded> ALL =
      List.of(XGBOOST, XGBOOST_1, DUMP_TEXT, DUMP_JSON, LIGHTGBM, LIGHTGBM_JSON);

  private static final String FOLDER = "/io/flotilla/conversion/tree/";
  private static final int ROWS = 24;
  private static final int COLUMNS = 4;

  private static TreeOptions dump() {
    return TreeOptions.DEFAULT
        .withDump(DumpFacts.of("count:poisson", 2))
        .withFeatureNames(List.of("f0", "f1", "f2", "f3"));
  }

  byte[] bytes() {
    return resource(file);
  }

  String text() {
    return new String(bytes(), StandardCharsets.UTF_8);
  }

  /** The rows that the trainer scored. */
  Rows rows() {
    double[][] recorded = recorded();
    float[] values = new float[recorded.length * COLUMNS];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) recorded[i / COLUMNS][i % COLUMNS];
    }
    return new Rows(COLUMNS, values);
  }

  /** What it answered. */
  double[][] predictions() {
    return Arrays.stream(recorded())
        .map(row -> Arrays.copyOfRange(row, COLUMNS, row.length))
        .toArray(double[][]::new);
  }

  private double[][] recorded() {
    String csv = new String(resource(file + ".predictions.csv"), StandardCharsets.UTF_8);
    return csv.lines()
        .map(line -> Arrays.stream(line.split(",")).mapToDouble(Double::parseDouble).toArray())
        .toArray(double[][]::new);
  }

  private static byte[] resource(String name) {
    try (InputStream in = Recorded.class.getResourceAsStream(FOLDER + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Writes the models of the trainers on the class path.
   *
   * @param args the folder, and the only file to write, if not all
   */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    Rows rows = Rows.random(45, 300, COLUMNS, 0.1);
    if (args.length > 1) {
      multiClass(rows, folder.resolve(args[1]));
      return;
    }
    multiClass(rows, folder.resolve(XGBOOST.file));
    float[] counts = rows.labels(row -> Math.round(Math.exp(signal(row) / 2)));
    Task task =
        Task.of(
            rows,
            counts,
            5,
            "objective",
            "count:poisson",
            "max_depth",
            3,
            "base_score",
            2,
            "eta",
            0.8);
    try (Xgboost model = Xgboost.train(task)) {
      write(folder.resolve(DUMP_TEXT.file), model.dump(false, true), rows, model.predict(rows));
      write(folder.resolve(DUMP_JSON.file), model.dump(true, true), rows, model.predict(rows));
    }
    Rows mixed = rows.withCategories(1, 2, 6, false);
    float[] halves = mixed.labels(row -> row[2] % 2 + signal(row) / 3 > 0.6 ? 1 : 0);
    try (Lightgbm model =
        Lightgbm.train(
            mixed,
            halves,
            6,
            "objective=binary sigmoid=0.8 num_leaves=6 categorical_feature=2"
                + " min_data_per_group=5 cat_smooth=1 max_cat_to_onehot=1")) {
      Rows odd = mixed.withCategories(3, 2, 6, true);
      write(folder.resolve(LIGHTGBM.file), model.text(), odd, model.predict(odd));
      write(folder.resolve(LIGHTGBM_JSON.file), model.json(), odd, model.predict(odd));
    }
  }

  private static void multiClass(Rows rows, Path file) throws IOException {
    float[] thirds = rows.labels(row -> signal(row) < 0 ? 0 : signal(row) < 1 ? 1 : 2);
    Task task =
        Task.of(
            rows,
            thirds,
            3,
            "objective",
            "multi:softprob",
            "num_class",
            3,
            "max_depth",
            3,
            "eta",
            0.8);
    try (Xgboost model = Xgboost.train(task)) {
      write(file, model.json(), rows, model.predict(rows));
    }
  }

  private static double signal(float[] row) {
    double sum = 0;
    for (float value : row) {
      sum += Float.isNaN(value) ? 0.7 : Math.sin(value * 2);
    }
    return sum;
  }

  private static void write(Path file, String model, Rows rows, double[][] predicted)
      throws IOException {
    Files.writeString(file, model);
    List<String> lines = new ArrayList<>();
    for (int row = 0; row < ROWS; row++) {
      List<String> cells = new ArrayList<>();
      for (float value : rows.row(row)) {
        cells.add(Float.toString(value));
      }
      for (double value : predicted[row]) {
        cells.add(Double.toString(value));
      }
      lines.add(String.join(",", cells));
    }
    Files.write(Path.of(file + ".predictions.csv"), lines);
  }
}
