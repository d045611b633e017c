package io.flotilla.conversion.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tribuo.Example;
import org.tribuo.Model;
import org.tribuo.MutableDataset;
import org.tribuo.Output;
import org.tribuo.OutputFactory;
import org.tribuo.Trainer;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.dtree.CARTClassificationTrainer;
import org.tribuo.classification.ensemble.AdaBoostTrainer;
import org.tribuo.classification.ensemble.FullyWeightedVotingCombiner;
import org.tribuo.classification.ensemble.VotingCombiner;
import org.tribuo.common.tree.RandomForestTrainer;
import org.tribuo.impl.ArrayExample;
import org.tribuo.protos.core.ModelProto;
import org.tribuo.provenance.SimpleDataSourceProvenance;
import org.tribuo.regression.RegressionFactory;
import org.tribuo.regression.Regressor;
import org.tribuo.regression.ensemble.AveragingCombiner;
import org.tribuo.regression.rtree.CARTJointRegressionTrainer;
import org.tribuo.regression.rtree.CARTRegressionTrainer;
import org.tribuo.regression.rtree.impurity.MeanSquaredError;

class TribuoConversionTest {
  /** In the order of the columns: sorted. */
  private static final String[] NAMES = {"depth", "x10", "x2", "zeta"};

  /** In the order that examples give them: Tribuo sorts. */
  private static final int[] GIVEN = {3, 1, 0, 2};

  private static final Rows ROWS = Rows.random(44, 400, NAMES.length, 0);

  // Held here, since a logger that nobody holds forgets its level.
  private static final Logger TRIBUO = Logger.getLogger("org.tribuo");

  @TempDir Path folder;

  @BeforeAll
  static void quiet() {
    TRIBUO.setLevel(Level.WARNING);
  }

  private static double signal(float[] row) {
    return Math.sin(row[0] * 2) + row[1] - row[2] * row[3];
  }

  private static Label label(float[] row) {
    double signal = signal(row);
    return new Label(signal < -0.5 ? "low" : signal < 0.8 ? "middle" : "high");
  }

  private static Regressor one(float[] row) {
    return new Regressor("price", 40 + signal(row));
  }

  private static Regressor two(float[] row) {
    return new Regressor(new String[] {"width", "height"}, new double[] {signal(row), 5 - row[0]});
  }

  private static <T extends Output<T>> Example<T> example(float[] row, T output) {
    String[] names = new String[NAMES.length];
    double[] values = new double[NAMES.length];
    for (int i = 0; i < GIVEN.length; i++) {
      names[i] = NAMES[GIVEN[i]];
      values[i] = row[GIVEN[i]];
    }
    return new ArrayExample<>(output, names, values);
  }

  private static <T extends Output<T>> Model<T> train(
      Trainer<T> trainer, OutputFactory<T> factory, Function<float[], T> labels) {
    MutableDataset<T> data =
        new MutableDataset<>(new SimpleDataSourceProvenance("rows", factory), factory);
    for (int row = 0; row < ROWS.count(); row++) {
      data.add(example(ROWS.row(row), labels.apply(ROWS.row(row))));
    }
    return trainer.train(data);
  }

  private Converted converted(Model<?> model) throws IOException {
    Path file = folder.resolve("model.pb");
    model.serializeToFile(file);
    assertThat(TreeSource.detect(file)).isEqualTo(TreeSource.TRIBUO_MODEL);
    return Converted.of(file, TreeOptions.DEFAULT, folder.resolve("model.onnx"));
  }

  private void classifies(Trainer<Label> trainer, int trees) throws IOException {
    Model<Label> model = train(trainer, new LabelFactory(), TribuoConversionTest::label);
    Converted converted = converted(model);
    List<String> classes = converted.summary().classes();
    assertThat(classes).containsExactlyInAnyOrder("low", "middle", "high");
    assertThat(converted.summary().trees()).isEqualTo(trees);
    assertThat(converted.summary().columns()).containsExactly(NAMES);
    double[][] expected = new double[ROWS.count()][classes.size()];
    for (int row = 0; row < expected.length; row++) {
      var scores = model.predict(example(ROWS.row(row), label(ROWS.row(row)))).getOutputScores();
      for (int c = 0; c < classes.size(); c++) {
        expected[row][c] = Objects.requireNonNull(scores.get(classes.get(c))).getScore();
      }
    }
    converted.classifies(ROWS, expected);
  }

  @Test
  void classifiesByOneTreeLikeTribuo() throws IOException {
    classifies(new CARTClassificationTrainer(6), 1);
  }

  @Test
  void classifiesByTheVotesOfAForestLikeTribuo() throws IOException {
    classifies(
        new RandomForestTrainer<>(
            new CARTClassificationTrainer(6, 0.7f, 42), new VotingCombiner(), 15, 1),
        15);
  }

  @Test
  void classifiesByTheScoresOfAForestLikeTribuo() throws IOException {
    classifies(
        new RandomForestTrainer<>(
            new CARTClassificationTrainer(4, 0.7f, 42), new FullyWeightedVotingCombiner(), 15, 1),
        15);
  }

  @Test
  void weighsTheVotesOfBoostedTrees() throws IOException {
    classifies(new AdaBoostTrainer(new CARTClassificationTrainer(3), 10, 1), 10);
  }

  private void regresses(Trainer<Regressor> trainer, Function<float[], Regressor> labels, int trees)
      throws IOException {
    Model<Regressor> model = train(trainer, new RegressionFactory(), labels);
    Converted converted = converted(model);
    assertThat(converted.summary().trees()).isEqualTo(trees);
    double[][] expected = new double[ROWS.count()][];
    for (int row = 0; row < expected.length; row++) {
      expected[row] =
          model
              .predict(example(ROWS.row(row), labels.apply(ROWS.row(row))))
              .getOutput()
              .getValues();
    }
    converted.predicts(ROWS, expected);
  }

  @Test
  void regressesByOneTreeLikeTribuo() throws IOException {
    regresses(new CARTRegressionTrainer(6), TribuoConversionTest::one, 1);
  }

  @Test
  void regressesByATreePerDimensionLikeTribuo() throws IOException {
    regresses(new CARTRegressionTrainer(5), TribuoConversionTest::two, 2);
  }

  @Test
  void regressesAllDimensionsByOneTreeLikeTribuo() throws IOException {
    regresses(new CARTJointRegressionTrainer(6), TribuoConversionTest::two, 1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void averagesForestsLikeTribuo(boolean joint) throws IOException {
    MeanSquaredError error = new MeanSquaredError();
    var member =
        joint
            ? new CARTJointRegressionTrainer(5, 5, 0, 0.7f, error, false, 42)
            : new CARTRegressionTrainer(5, 5, 0, 0.7f, error, 42);
    regresses(
        new RandomForestTrainer<>(member, new AveragingCombiner(), 12, 1),
        TribuoConversionTest::two,
        joint ? 12 : 24);
  }

  /** A protobuf begins alike for all models: only its payload tells. */
  @Test
  void refusesOtherModelsAndSaysWhatToDo() {
    byte[] linear =
        ModelProto.newBuilder()
            .setClassName("org.tribuo.classification.sgd.linear.LinearSGDModel")
            .build()
            .toByteArray();
    Refused.by(linear, TreeOptions.DEFAULT, "LinearSGDModel is no tree", "exportONNXModel");
    byte[] java = {(byte) 0xAC, (byte) 0xED, 0, 5, 1, 2, 3};
    Refused.by(java, TreeOptions.DEFAULT, "serialised Java object", "serializeToFile");
  }

  /** Whatever bytes are changed: a typed failure or a model, and no class of the file's choice. */
  @Test
  void survivesDamage() throws IOException {
    Model<Label> model =
        train(
            new RandomForestTrainer<>(
                new CARTClassificationTrainer(3, 0.7f, 42), new VotingCombiner(), 3, 1),
            new LabelFactory(),
            TribuoConversionTest::label);
    Path file = folder.resolve("forest.pb");
    model.serializeToFile(file);
    Damage.survives(Files.readAllBytes(file), TreeSource.TRIBUO_MODEL, TreeOptions.DEFAULT, folder);
  }
}
