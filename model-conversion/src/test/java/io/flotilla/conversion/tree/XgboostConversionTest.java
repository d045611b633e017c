package io.flotilla.conversion.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.conversion.tree.Xgboost.Task;
import io.flotilla.conversion.tree.codec.DumpFacts;
import java.util.Arrays;
import java.util.List;
import ml.dmlc.xgboost4j.java.XGBoostError;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class XgboostConversionTest {
  private static final Rows ROWS = Rows.random(42, 600, 6, 0.15);

  @BeforeAll
  static void xgboost() {
    Xgboost.assumeLoads();
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

  @ParameterizedTest
  @ValueSource(strings = {"reg:squarederror", "reg:absoluteerror"})
  void regressesLikeXgboost(String objective) {
    regresses(Task.of(ROWS, numbers(), 40, "objective", objective, "max_depth", 5));
  }

  @ParameterizedTest
  @ValueSource(strings = {"reg:pseudohubererror", "reg:squaredlogerror"})
  void regressesRobustlyLikeXgboost(String objective) {
    regresses(
        Task.of(ROWS, shares(), 40, "objective", objective, "max_depth", 5, "min_child_weight", 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"count:poisson", "reg:gamma", "reg:tweedie"})
  void regressesThroughLogarithmsLikeXgboost(String objective) {
    regresses(Task.of(ROWS, counts(), 40, "objective", objective, "max_depth", 4));
  }

  @Test
  void regressesSharesLikeXgboost() {
    regresses(Task.of(ROWS, shares(), 30, "objective", "reg:logistic", "max_depth", 4));
  }

  @Test
  void keepsRawMarginsLikeXgboost() {
    regresses(Task.of(ROWS, halves(), 30, "objective", "binary:logitraw", "max_depth", 4));
  }

  @ParameterizedTest
  @ValueSource(strings = {"rank:pairwise", "rank:ndcg", "rank:map"})
  void ranksLikeXgboost(String objective) {
    regresses(Task.of(ROWS, halves(), 20, "objective", objective, "max_depth", 4));
  }

  private static void regresses(Task task) {
    try (Xgboost model = Xgboost.train(task)) {
      Converted converted = Converted.of(model.json(), TreeOptions.DEFAULT);

      converted.predicts(ROWS, model.predict(ROWS));
      assertThat(converted.summary().source()).isEqualTo(TreeSource.XGBOOST_JSON);
      assertThat(converted.summary().trees()).isEqualTo(task.rounds());
      assertThat(converted.summary().classes()).isEmpty();
      assertThat(converted.summary().objective()).isEqualTo(task.parameters().get("objective"));
      assertThat(converted.summary().columns()).containsExactly("f0", "f1", "f2", "f3", "f4", "f5");
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 0.03, -1})
  void classifiesTwoClassesLikeXgboost(double baseScore) {
    Task task =
        baseScore < 0
            ? Task.of(ROWS, halves(), 40, "objective", "binary:logistic")
            : Task.of(ROWS, halves(), 40, "objective", "binary:logistic", "base_score", baseScore);
    try (Xgboost model = Xgboost.train(task)) {
      Converted converted = Converted.of(model.json(), TreeOptions.DEFAULT);

      converted.classifiesBinary(ROWS, model.predict(ROWS));
      assertThat(converted.summary().classes()).containsExactly("0", "1");
    }
  }

  @Test
  void classifiesThreeClassesLikeXgboost() {
    Task task = Task.of(ROWS, thirds(), 25, "objective", "multi:softprob", "num_class", 3);
    try (Xgboost model = Xgboost.train(task)) {
      Converted converted =
          Converted.of(
              model.json(), TreeOptions.DEFAULT.withClassNames(List.of("low", "mid", "high")));

      converted.classifies(ROWS, model.predict(ROWS));
      assertThat(converted.summary().trees()).isEqualTo(75);
      assertThat(converted.summary().classes()).containsExactly("low", "mid", "high");
    }
  }

  @Test
  void answersTheClassThatSoftmaxAnswers() {
    Task task = Task.of(ROWS, thirds(), 25, "objective", "multi:softmax", "num_class", 3);
    try (Xgboost model = Xgboost.train(task)) {
      long[] labels = Converted.of(model.json(), TreeOptions.DEFAULT).labels(ROWS);

      assertThat(Arrays.stream(labels).asDoubleStream())
          .containsExactly(
              Arrays.stream(model.predict(ROWS))
                  .mapToDouble(row -> row[0])
                  .boxed()
                  .toArray(Double[]::new));
    }
  }

  @Test
  void weighsTheTreesOfDart() {
    Task task =
        Task.of(
            ROWS,
            halves(),
            30,
            "objective",
            "binary:logistic",
            "booster",
            "dart",
            "rate_drop",
            0.3);
    try (Xgboost model = Xgboost.train(task)) {
      Converted.of(model.json(), TreeOptions.DEFAULT).classifiesBinary(ROWS, model.predict(ROWS));
    }
  }

  @Test
  void addsParallelTreesUp() {
    Task task =
        Task.of(
            ROWS,
            thirds(),
            3,
            "objective",
            "multi:softprob",
            "num_class",
            3,
            "num_parallel_tree",
            4,
            "subsample",
            0.5,
            "colsample_bynode",
            0.5);
    try (Xgboost model = Xgboost.train(task)) {
      Converted converted = Converted.of(model.json(), TreeOptions.DEFAULT);
      converted.classifies(ROWS, model.predict(ROWS));
      assertThat(converted.summary().trees()).isEqualTo(36);

      TreeOptions dump = TreeOptions.DEFAULT.withDump(new DumpFacts("multi:softprob", 0.5f, 3, 4));
      Converted.of(model.dump(true, false), dump).classifies(ROWS, model.predict(ROWS));
    }
  }

  @Test
  void prunedNodesAreLeftOut() {
    Task task =
        Task.of(
            ROWS,
            numbers(),
            20,
            "objective",
            "reg:squarederror",
            "gamma",
            30,
            "max_depth",
            8,
            "tree_method",
            "exact");
    try (Xgboost model = Xgboost.train(task)) {
      Converted.of(model.json(), TreeOptions.DEFAULT).predicts(ROWS, model.predict(ROWS));
    }
  }

  @Test
  void comparesThresholdsAsXgboostDoesOnTheirEdges() {
    Task task = Task.of(ROWS, numbers(), 30, "objective", "reg:squarederror", "max_depth", 6);
    try (Xgboost model = Xgboost.train(task)) {
      double[] edges =
          model
              .dump(false, false)
              .lines()
              .filter(line -> line.contains("<"))
              .mapToDouble(
                  line ->
                      Float.parseFloat(line.substring(line.indexOf('<') + 1, line.indexOf(']'))))
              .toArray();
      assertThat(edges).hasSizeGreaterThan(100);
      Rows onEdges = ROWS.onEdges(edges);

      Converted.of(model.json(), TreeOptions.DEFAULT).predicts(onEdges, model.predict(onEdges));
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 8", "100, 8", "1, 70"})
  void splitsByCategoriesLikeXgboost(int oneHotUpTo, int categories) {
    Rows rows =
        ROWS.withCategories(1, 2, categories, false).withCategories(2, 4, categories, false);
    float[] labels = rows.labels(row -> (row[2] * 7 % 5) + (row[4] % 3) + signal(row) / 4);
    Task task =
        Task.of(
            rows,
            labels,
            20,
            "objective",
            "reg:squarederror",
            "tree_method",
            "hist",
            "max_cat_to_onehot",
            oneHotUpTo);
    try (Xgboost model = Xgboost.train(task, List.of("q", "q", "c", "q", "c", "q"))) {
      // XGBoost itself refuses infinite values.
      Rows odd =
          rows.withCategories(3, 2, categories, true)
              .withCategories(4, 4, categories, true)
              .finite();
      double[][] expected = model.predict(odd);
      assertThat(model.json()).containsPattern("\"categories\":\\[\\d");

      Converted.of(model.json(), TreeOptions.DEFAULT).predicts(odd, expected);
      TreeOptions dump =
          TreeOptions.DEFAULT
              .withDump(DumpFacts.of("reg:squarederror", baseScore(model)))
              .withFeatureNames(List.of("f0", "f1", "f2", "f3", "f4", "f5"));
      Converted.of(model.dump(true, false), dump).predicts(odd, expected);
      Converted.of(model.dump(false, true), dump).predicts(odd, expected);
    }
  }

  @ParameterizedTest
  @CsvSource({"true, true", "true, false", "false, true", "false, false"})
  void readsDumpsOfBothKinds(boolean json, boolean statistics) {
    Task task = Task.of(ROWS, halves(), 30, "objective", "binary:logistic");
    try (Xgboost model = Xgboost.train(task)) {
      TreeOptions options =
          TreeOptions.DEFAULT.withDump(DumpFacts.of("binary:logistic", baseScore(model)));
      Converted converted = Converted.of(model.dump(json, statistics), options);

      converted.classifiesBinary(ROWS, model.predict(ROWS));
      assertThat(converted.summary().source())
          .isEqualTo(json ? TreeSource.XGBOOST_DUMP_JSON : TreeSource.XGBOOST_DUMP_TEXT);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void readsDumpsWithFeatureNamesOfTheUsersOwn(boolean json) {
    Task task = Task.of(ROWS, halves(), 10, "objective", "binary:logistic");
    // XGBoost's JSON dump does not escape names, its text dump takes them as they are.
    String third = json ? "c" : "x] yes=1";
    String[] names = {"a<b", "length in cm", third, "d:{1}", "e", "f"};
    try (Xgboost model = Xgboost.train(task)) {
      TreeOptions options =
          TreeOptions.DEFAULT
              .withDump(DumpFacts.of("binary:logistic", baseScore(model)))
              .withFeatureNames(List.of(names));
      Converted converted = Converted.of(model.dump(json, false, names), options);

      converted.classifiesBinary(ROWS, model.predict(ROWS));
      assertThat(converted.summary().columns()).containsExactly(names);
    }
  }

  @Test
  void saysThatAllTreesAreUsedWhereTheBestIterationIsEarlier() throws XGBoostError {
    Task task = Task.of(ROWS, halves(), 10, "objective", "binary:logistic");
    try (Xgboost model = Xgboost.train(task)) {
      model.booster().setAttr("best_iteration", "4");
      Converted converted = Converted.of(model.json(), TreeOptions.DEFAULT);

      converted.classifiesBinary(ROWS, model.predict(ROWS));
      assertThat(converted.summary().notes()).singleElement().asString().contains("All 10 trees");
    }
  }

  @Test
  void tellsHowToSaveWhatIsNotRead() {
    Task task = Task.of(ROWS, halves(), 2, "objective", "binary:logistic");
    try (Xgboost model = Xgboost.train(task)) {
      Refused.by(model.bytes("ubj"), TreeOptions.DEFAULT, "ends in .json");
      Refused.by(model.bytes("deprecated"), TreeOptions.DEFAULT, "no file of trees");
    }
    Task linear =
        Task.of(
            Rows.random(1, 100, 3, 0),
            Rows.random(1, 100, 3, 0).labels(row -> row[0]),
            2,
            "objective",
            "reg:squarederror",
            "booster",
            "gblinear");
    try (Xgboost model = Xgboost.train(linear)) {
      Refused.by(model.json(), TreeOptions.DEFAULT, "gblinear");
    }
  }

  private static float baseScore(Xgboost model) {
    String json = model.json();
    int from = json.indexOf("\"base_score\":\"") + "\"base_score\":\"".length();
    return Float.parseFloat(json.substring(from, json.indexOf('"', from)));
  }
}
