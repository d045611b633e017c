package io.flotilla.conversion.tree;

import io.flotilla.conversion.tree.Xgboost.Task;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Trainers on data that people collected, where it lies beside the checkout. */
class RealDataConversionTest {
  /**
   * A table and its last column.
   *
   * @param rows all columns but the last
   */
  @SuppressWarnings("ArrayRecordComponent")
  private record Labelled(Rows rows, float[] labels) {}

  private static Path shared(String name) {
    String path = "shared/data/sklearn-toy/" + name;
    Optional<Path> found = Optional.empty();
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      if (found.isEmpty() && Files.exists(at.resolve(path))) {
        found = Optional.of(at.resolve(path));
      }
    }
    Optional<Path> file = found;
    Assumptions.assumeTrue(file.isPresent(), () -> "no %s beside the checkout".formatted(path));
    return file.orElseThrow();
  }

  private static List<float[]> numbers(String name, String separator, int headers)
      throws IOException {
    Path file = shared(name);
    try (InputStream in = Files.newInputStream(file);
        InputStream plain = name.endsWith(".gz") ? new GZIPInputStream(in) : in;
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(plain, StandardCharsets.UTF_8))) {
      return reader
          .lines()
          .skip(headers)
          .map(
              line -> {
                String[] cells = line.strip().split(separator, -1);
                float[] row = new float[cells.length];
                for (int i = 0; i < row.length; i++) {
                  row[i] = Float.parseFloat(cells[i]);
                }
                return row;
              })
          .toList();
    }
  }

  private static Labelled labelled(List<float[]> table) {
    int columns = table.getFirst().length - 1;
    float[] values = new float[table.size() * columns];
    float[] labels = new float[table.size()];
    for (int row = 0; row < labels.length; row++) {
      System.arraycopy(table.get(row), 0, values, row * columns, columns);
      labels[row] = table.get(row)[columns];
    }
    return new Labelled(new Rows(columns, values), labels);
  }

  private static Labelled diabetes() throws IOException {
    List<float[]> rows = numbers("diabetes_data_raw.csv.gz", "[ ,]+", 0);
    List<float[]> targets = numbers("diabetes_target.csv.gz", "[ ,]+", 0);
    List<float[]> joined =
        IntStream.range(0, rows.size())
            .mapToObj(
                i -> {
                  float[] row = Arrays.copyOf(rows.get(i), rows.get(i).length + 1);
                  row[row.length - 1] = targets.get(i)[0];
                  return row;
                })
            .toList();
    return labelled(joined);
  }

  private static void multiClass(Labelled data, int classes) {
    Xgboost.assumeLoads();
    Task task =
        Task.of(data.rows, data.labels, 30, "objective", "multi:softprob", "num_class", classes);
    try (Xgboost model = Xgboost.train(task)) {
      Converted.of(model.json(), TreeOptions.DEFAULT)
          .classifies(data.rows, model.predict(data.rows));
    }
    Lightgbm.assumeLoads();
    String parameters = "objective=multiclass num_class=" + classes;
    try (Lightgbm model = Lightgbm.train(data.rows, data.labels, 30, parameters)) {
      Converted.of(model.text(), TreeOptions.DEFAULT)
          .classifies(data.rows, model.predict(data.rows));
    }
  }

  @Test
  void classifiesIrisLikeTheTrainers() throws IOException {
    multiClass(labelled(numbers("iris.csv", ",", 1)), 3);
  }

  @Test
  void classifiesDigitsLikeTheTrainers() throws IOException {
    multiClass(labelled(numbers("digits.csv.gz", ",", 0)), 10);
  }

  @Test
  void classifiesTumoursLikeTheTrainers() throws IOException {
    Labelled data = labelled(numbers("breast_cancer.csv", ",", 1));
    Xgboost.assumeLoads();
    Task task = Task.of(data.rows, data.labels, 60, "objective", "binary:logistic");
    try (Xgboost model = Xgboost.train(task)) {
      Converted.of(model.json(), TreeOptions.DEFAULT)
          .classifiesBinary(data.rows, model.predict(data.rows));
    }
    Lightgbm.assumeLoads();
    try (Lightgbm model = Lightgbm.train(data.rows, data.labels, 60, "objective=binary")) {
      Converted.of(model.text(), TreeOptions.DEFAULT)
          .classifiesBinary(data.rows, model.predict(data.rows));
    }
  }

  @Test
  void predictsDiabetesLikeTheTrainers() throws IOException {
    Labelled data = diabetes();
    Xgboost.assumeLoads();
    Task task = Task.of(data.rows, data.labels, 100, "objective", "reg:squarederror");
    try (Xgboost model = Xgboost.train(task)) {
      Converted.of(model.json(), TreeOptions.DEFAULT).predicts(data.rows, model.predict(data.rows));
    }
    Lightgbm.assumeLoads();
    try (Lightgbm model = Lightgbm.train(data.rows, data.labels, 100, "objective=regression")) {
      Converted.of(model.text(), TreeOptions.DEFAULT).predicts(data.rows, model.predict(data.rows));
    }
  }
}
