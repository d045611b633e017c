package io.flotilla.retraining;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.flotilla.bundle.archive.BundleArchive;
import io.flotilla.bundle.layout.BundlePaths;
import io.flotilla.drift.Baseline;
import io.flotilla.drift.codec.DriftCodec;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import io.flotilla.retraining.codec.PipelineYaml;
import io.flotilla.retraining.evaluate.Evaluator;
import io.flotilla.retraining.evaluate.ServedModel;
import io.flotilla.retraining.fixture.Digits;
import io.flotilla.retraining.fixture.Quiet;
import io.flotilla.retraining.pipeline.Metric;
import io.flotilla.retraining.pipeline.Pipeline;
import io.flotilla.retraining.pipeline.Step;
import io.flotilla.retraining.pipeline.StepKind;
import io.flotilla.retraining.run.RunParameters;
import io.flotilla.retraining.run.RunRequest;
import io.flotilla.retraining.table.Table;
import io.flotilla.retraining.table.TableCsv;
import io.flotilla.retraining.train.LinearSettings;
import io.flotilla.retraining.train.LinearTrainer;
import io.flotilla.retraining.train.TrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the shipped pipelines reach on the real digits. */
class DigitsAcceptanceTest {
  private static final int SEEDS = 20;
  private static final int BLURRED_ROWS = 1000;
  private static final int DIM_ROWS = 500;

  @TempDir Path directory;
  private Digits digits;

  @BeforeEach
  void load() {
    Quiet.training();
    Optional<Digits> loaded = Digits.load();
    assumeTrue(loaded.isPresent(), "the data folder shared/data is not there beside the checkout");
    digits = loaded.orElseThrow();
  }

  @Test
  void retrainingHelpsTheBlurredAndHurtsNobodyForEverySeed() throws IOException {
    Evaluator evaluator = new Evaluator(OnnxAccelerators.cpu());
    ServedModel before = train(digits.training(), BuiltInPipelines.DIGITS_FIRST);
    double cleanRows = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      Digits.Split split = digits.split(seed);
      Table both =
          Table.concatenate(List.of(digits.training(), split.captured(BLURRED_ROWS, DIM_ROWS)));
      ServedModel after = train(both, BuiltInPipelines.DIGITS_RETRAIN);
      double cleanBefore = accuracy(evaluator, before, split.clean());
      double cleanAfter = accuracy(evaluator, after, split.clean());
      double degradedBefore = accuracy(evaluator, before, split.degraded());
      double degradedAfter = accuracy(evaluator, after, split.degraded());
      System.out.printf(
          "seed %2d: clean %.3f -> %.3f, blurred %.3f -> %.3f%n",
          seed, cleanBefore, cleanAfter, degradedBefore, degradedAfter);

      assertThat(degradedBefore).as("seed %d", seed).isLessThan(0.75);
      assertThat(degradedAfter).as("seed %d", seed).isGreaterThanOrEqualTo(0.87);
      assertThat(cleanAfter).as("seed %d", seed).isGreaterThanOrEqualTo(cleanBefore - 0.02);
      cleanRows += cleanBefore;
    }
    assertThat(cleanRows / SEEDS).isBetween(0.92, 0.95);
  }

  @Test
  void shippedPipelinesTrainThenRetrainAndPromote() throws Exception {
    Path train = csv("train", digits.training());
    PipelineRunner runner =
        new PipelineRunner(RunLimits.DEFAULT, directory.resolve("cache"), Clock.systemUTC());
    RunOutcome first =
        runner.run(
            new RunRequest(
                BuiltInPipelines.DIGITS_FIRST.yaml(),
                Map.of("train", train),
                Optional.empty(),
                RunParameters.of("digits")),
            directory.resolve("first"),
            System.out::println);
    assertThat(first).as(first.message()).isInstanceOf(RunOutcome.Succeeded.class);
    Path champion = directory.resolve("champion.tar");
    BundleArchive.pack(((RunOutcome.Succeeded) first).bundle().orElseThrow(), champion);

    Digits.Split split = digits.split(7);
    RunOutcome second =
        runner.run(
            new RunRequest(
                BuiltInPipelines.DIGITS_RETRAIN.yaml(),
                Map.of(
                    "base", train,
                    "captured", csv("captured", split.captured(BLURRED_ROWS, DIM_ROWS)),
                    "clean-holdout", csv("clean", split.clean()),
                    "degraded-holdout", csv("degraded", split.degraded())),
                Optional.of(champion),
                RunParameters.of("digits")),
            directory.resolve("second"),
            System.out::println);

    assertThat(second).as(second.message()).isInstanceOf(RunOutcome.Succeeded.class);
    RunOutcome.Succeeded promoted = (RunOutcome.Succeeded) second;
    System.out.println(promoted.result().metrics());
    assertThat(promoted.result().promoted()).hasValue(true);
    Baseline baseline =
        DriftCodec.decodeBaseline(
            Files.readAllBytes(promoted.bundle().orElseThrow().resolve(BundlePaths.BASELINE)));
    assertThat(baseline.cohorts()).containsOnlyKeys("a", "b", Baseline.REFERENCE);
  }

  private ServedModel train(Table table, BuiltInPipelines pipeline) throws IOException {
    Pipeline shipped = PipelineYaml.decode(pipeline.yaml());
    Step step =
        shipped.steps().stream().filter(s -> s.kind() == StepKind.TRAIN).findFirst().orElseThrow();
    TrainedModel trained =
        LinearTrainer.train(
            table,
            new LinearSettings(
                step.whole("epochs"),
                step.decimal("learning-rate"),
                step.whole("batch"),
                step.decimal("scale"),
                shipped.seed()));
    Path file = Files.createTempFile(directory, "model", ".onnx");
    Files.write(file, trained.onnx());
    return new ServedModel(file, TrainedModel.INPUT, TrainedModel.OUTPUT, trained.model().labels());
  }

  private static double accuracy(Evaluator evaluator, ServedModel model, Table table) {
    return evaluator.evaluate(model, table).of(Metric.ACCURACY);
  }

  private Path csv(String name, Table table) {
    Path file = directory.resolve(name + ".csv");
    TableCsv.write(table, file);
    return file;
  }
}
