package io.flotilla.conversion.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LightgbmConversionTest {
  private static final Rows ROWS = Rows.random(43, 600, 6, 0.15);

  @BeforeAll
  static void lightgbm() {
    Lightgbm.assumeLoads();
  }

  private static double signal(float[] row) {
    double sum = 0;
    for (int i = 0; i < row.length; i++) {
      sum += Float.isNaN(row[i]) ? 0.7 : Math.sin(row[i] * (i + 1));
    }
    return sum;
  }

  private static float[] numbers() {
    return ROWS.labels(row -> 3 * signal(row) + 50);
  }

  private static float[] counts() {
    return ROWS.labels(row -> Math.round(Math.exp(signal(row) / 2)) + 1);
  }

  private static float[] shares() {
    return ROWS.labels(row -> 1 / (1 + Math.exp(-signal(row))));
  }

  private static float[] halves() {
    return ROWS.labels(row -> signal(row) > 0.5 ? 1 : 0);
  }

  private static float[] thirds() {
    return ROWS.labels(row -> signal(row) < 0 ? 0 : signal(row) < 1.5 ? 1 : 2);
  }

  /** Both formats answer what LightGBM answers. */
  private static void regresses(Lightgbm model, Rows rows) {
    double[][] expected = model.predict(rows);
    Converted text = Converted.of(model.text(), TreeOptions.DEFAULT);
    text.predicts(rows, expected);
    Converted json = Converted.of(model.json(), TreeOptions.DEFAULT);
    json.predicts(rows, expected);
    assertThat(text.summary().source()).isEqualTo(TreeSource.LIGHTGBM_TEXT);
    assertThat(json.summary().source()).isEqualTo(TreeSource.LIGHTGBM_JSON);
    assertThat(text.summary().nodes()).isEqualTo(json.summary().nodes());
    assertThat(text.summary().columns())
        .isEqualTo(json.summary().columns())
        .startsWith("Column_0", "Column_1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "regression",
        "regression reg_sqrt=true",
        "regression_l1",
        "huber",
        "fair",
        "quantile alpha=0.7",
        "mape"
      })
  void regressesLikeLightgbm(String objective) {
    try (Lightgbm model = Lightgbm.train(ROWS, numbers(), 40, "objective=" + objective)) {
      regresses(model, ROWS);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"poisson", "gamma", "tweedie"})
  void regressesThroughLogarithmsLikeLightgbm(String objective) {
    try (Lightgbm model = Lightgbm.train(ROWS, counts(), 40, "objective=" + objective)) {
      regresses(model, ROWS);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cross_entropy", "cross_entropy_lambda"})
  void regressesSharesLikeLightgbm(String objective) {
    try (Lightgbm model = Lightgbm.train(ROWS, shares(), 40, "objective=" + objective)) {
      regresses(model, ROWS);
    }
  }

  @Test
  void ranksLikeLightgbm() {
    try (Lightgbm model = Lightgbm.train(ROWS, thirds(), 30, "objective=lambdarank")) {
      regresses(model, ROWS);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "sigmoid=0.7", "boosting=dart drop_rate=0.3", "boosting=goss"})
  void classifiesTwoClassesLikeLightgbm(String parameters) {
    String all = "objective=binary " + parameters;
    try (Lightgbm model = Lightgbm.train(ROWS, halves(), 40, all)) {
      double[][] expected = model.predict(ROWS);
      Converted.of(model.text(), TreeOptions.DEFAULT).classifiesBinary(ROWS, expected);
      Converted json = Converted.of(model.json(), TreeOptions.DEFAULT);
      json.classifiesBinary(ROWS, expected);
      assertThat(json.summary().classes()).containsExactly("0", "1");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"multiclass", "multiclassova", "multiclassova sigmoid=0.6"})
  void classifiesThreeClassesLikeLightgbm(String objective) {
    String all = "num_class=3 objective=" + objective;
    try (Lightgbm model = Lightgbm.train(ROWS, thirds(), 20, all)) {
      double[][] expected = model.predict(ROWS);
      Converted text = Converted.of(model.text(), TreeOptions.DEFAULT);
      text.classifies(ROWS, expected);
      Converted.of(model.json(), TreeOptions.DEFAULT).classifies(ROWS, expected);
      assertThat(text.summary().trees()).isEqualTo(60);
    }
  }

  @Test
  void averagesRandomForests() {
    String all =
        "objective=binary boosting=rf bagging_freq=1 bagging_fraction=0.6 feature_fraction=0.8";
    try (Lightgbm model = Lightgbm.train(ROWS, halves(), 25, all)) {
      double[][] expected = model.predict(ROWS);
      assertThat(model.text()).contains("average_output");
      Converted.of(model.text(), TreeOptions.DEFAULT).classifiesBinary(ROWS, expected);
      Converted.of(model.json(), TreeOptions.DEFAULT).classifiesBinary(ROWS, expected);
    }
  }

  @ParameterizedTest
  @CsvSource({"use_missing=false, 0", "zero_as_missing=true, 4", "use_missing=true, 8"})
  void sendsMissingValuesWhereLightgbmSendsThem(String missing, int type) {
    String all = "objective=regression " + missing;
    try (Lightgbm model = Lightgbm.train(ROWS, numbers(), 30, all)) {
      assertThat(missingTypes(model.text())).contains(type);
      regresses(model, ROWS);
      regresses(model, ROWS.onEdges(thresholds(model.text())));
      regresses(model, ROWS.onEdges(new double[] {1e-35, 1e-36, -1e-36, 1e-40, 1e-34}));
    }
  }

  /** Models that saw nothing missing count NaN as 0. */
  @Test
  void takesNanForZeroWhereNothingWasMissingInTraining() {
    Rows whole = Rows.random(5, 600, 6, 0);
    float[] labels = whole.labels(LightgbmConversionTest::signal);
    try (Lightgbm model = Lightgbm.train(whole, labels, 30, "objective=regression")) {
      assertThat(missingTypes(model.text())).containsOnly(0);
      regresses(model, ROWS);
    }
  }

  /** Thresholds are doubles between floats: each side of every one of them is asked. */
  @Test
  void comparesDoubleThresholdsAsLightgbmDoesOnTheirEdges() {
    Rows fine = fine();
    float[] labels = fine.labels(LightgbmConversionTest::signal);
    String all = "objective=regression min_data_in_leaf=2 max_bin=1000";
    try (Lightgbm model = Lightgbm.train(fine, labels, 60, all)) {
      double[] thresholds = thresholds(model.text());
      assertThat(Arrays.stream(thresholds).filter(t -> (float) t != t).count()).isGreaterThan(100);
      regresses(model, fine.onEdges(thresholds));
    }
  }

  /** Numbers so close that the thresholds between them are no floats. */
  private static Rows fine() {
    Rows rows = Rows.random(6, 800, 6, 0);
    float[] values = rows.values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] = 1 + Math.round(values[i] * 100) * Math.ulp(1f);
    }
    return new Rows(rows.columns(), values);
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 8, 70})
  void splitsByCategoriesLikeLightgbm(int categories) {
    Rows rows =
        ROWS.withCategories(1, 2, categories, false).withCategories(2, 4, categories, false);
    float[] labels = rows.labels(row -> (row[2] * 7 % 5) + (row[4] % 3) + signal(row) / 4);
    String all = "objective=regression categorical_feature=2,4 min_data_per_group=5 cat_smooth=1";
    try (Lightgbm model = Lightgbm.train(rows, labels, 30, all)) {
      assertThat(model.text()).containsPattern("num_cat=[1-9]");
      regresses(model, rows);
      regresses(
          model,
          rows.withCategories(3, 2, categories, true).withCategories(4, 4, categories, true));
    }
  }

  @Test
  void refusesLinearTrees() {
    Rows whole = Rows.random(5, 300, 3, 0);
    float[] labels = whole.labels(row -> row[0] + 2 * row[1]);
    String all = "objective=regression linear_tree=true";
    try (Lightgbm model = Lightgbm.train(whole, labels, 3, all)) {
      Refused.by(model.text(), TreeOptions.DEFAULT, "linear_tree=false");
    }
  }

  @Test
  void convertsATreeThatIsASingleLeaf() {
    String all = "objective=regression min_data_in_leaf=200";
    try (Lightgbm model = Lightgbm.train(ROWS, numbers(), 3, all)) {
      Converted converted = Converted.of(model.text(), TreeOptions.DEFAULT);
      assertThat(converted.summary().trees()).isPositive();
      converted.predicts(ROWS, model.predict(ROWS));
    }
  }

  private static List<Integer> missingTypes(String text) {
    return text.lines()
        .filter(line -> line.startsWith("decision_type="))
        .flatMap(line -> Arrays.stream(line.substring("decision_type=".length()).split(" ")))
        .map(type -> Integer.parseInt(type) & 12)
        .distinct()
        .toList();
  }

  private static double[] thresholds(String model) {
    return model
        .lines()
        .filter(line -> line.startsWith("threshold="))
        .flatMap(line -> Arrays.stream(line.substring("threshold=".length()).split(" ")))
        .mapToDouble(text -> text.equals("inf") ? Double.MAX_VALUE : Double.parseDouble(text))
        .toArray();
  }
}
