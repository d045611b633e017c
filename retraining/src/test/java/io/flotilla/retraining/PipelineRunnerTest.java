package io.flotilla.retraining;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.archive.BundleArchive;
import io.flotilla.bundle.codec.GoldenCodec;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.golden.GoldenCase;
import io.flotilla.bundle.golden.GoldenVectors;
import io.flotilla.bundle.layout.BundlePaths;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.bundle.signing.BundleSigner;
import io.flotilla.bundle.signing.BundleVerifier;
import io.flotilla.bundle.signing.SigningKey;
import io.flotilla.bundle.trust.Publisher;
import io.flotilla.bundle.trust.TrustPolicy;
import io.flotilla.drift.Baseline;
import io.flotilla.drift.codec.DriftCodec;
import io.flotilla.hardware.Accelerator;
import io.flotilla.hardware.LoadOptions;
import io.flotilla.hardware.LoadedModel;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import io.flotilla.hardware.simulated.SimulatedAccelerator;
import io.flotilla.retraining.fixture.Marks;
import io.flotilla.retraining.run.RunParameters;
import io.flotilla.retraining.run.RunRequest;
import io.flotilla.retraining.run.RunResult;
import io.flotilla.retraining.step.TreeDigest;
import io.flotilla.retraining.table.Table;
import io.flotilla.retraining.table.TableCsv;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipelineRunnerTest {
  private static final String FIRST =
      """
      format: 1
      name: marks-first
      seed: 42
      inputs: [train]
      steps:
        - {id: prepared, kind: prepare, inputs: [train]}
        - {id: model, kind: train, inputs: {rows: prepared}, parameters: {scale: 0.0625}}
        - id: bundle
          kind: package
          inputs: {model: model, reference: train}
          parameters: {capture-rate: 0.5, window-rows: 100, input-min: 0, input-max: 16}
      """;
  private static final String RETRAIN =
      """
      format: 1
      name: marks-retrain
      seed: 42
      inputs: [base, captured, test]
      champion: true
      steps:
        - {id: prepared, kind: prepare, inputs: [base, captured]}
        - {id: model, kind: train, inputs: {rows: prepared}, parameters: {scale: 0.0625}}
        - {id: degraded, kind: evaluate, inputs: {model: model, rows: test}}
        - {id: champion.degraded, kind: evaluate, inputs: {model: champion, rows: test}}
        - id: verdict
          kind: compare
          inputs: [degraded, champion.degraded]
          criteria: ["degraded.accuracy >= champion.degraded.accuracy + MARGIN"]
        - id: bundle
          kind: package
          inputs: {model: model, reference: base, cohorts: captured, verdict: verdict}
          parameters: {window-rows: 100}
      """;

  @TempDir Path directory;
  private Path train;
  private int runs;
  private final List<String> progress = Collections.synchronizedList(new ArrayList<>());

  @BeforeEach
  void writeData() {
    train = csv("train", Marks.clean(400, 1));
  }

  @Test
  void sameInputsAndSeedGiveTheSameBundleInTwoFreshWorkers() throws Exception {
    RunOutcome.Succeeded first = succeeded(run(first(), "cache-1"));
    RunOutcome.Succeeded second = succeeded(run(first(), "cache-2"));

    assertThat(first.result().steps()).noneMatch(RunResult.StepReport::cached);
    assertThat(second.result().steps()).noneMatch(RunResult.StepReport::cached);
    assertThat(second.result().outputs()).isEqualTo(first.result().outputs());
    assertThat(TreeDigest.of(second.bundle().orElseThrow()))
        .isEqualTo(TreeDigest.of(first.bundle().orElseThrow()));
    assertThat(progress).anyMatch(line -> line.contains("step model (train) is done"));
  }

  @Test
  void bundleIsWholeAndProvesItselfOnEveryKindOfHardware() throws Exception {
    Path bundle = succeeded(run(first(), "cache")).bundle().orElseThrow();
    SigningKey key = SigningKey.generate();
    BundleSigner.sign(bundle, key);
    TrustPolicy trust =
        new TrustPolicy(
            1,
            Instant.parse("2030-01-01T00:00:00Z"),
            List.of(new Publisher("lab", key.verifyingKey().pem(), List.of("marks"))));
    Manifest manifest =
        BundleVerifier.verify(bundle, trust, "marks", Instant.parse("2026-05-01T00:00:00Z"))
            .manifest();

    assertThat(manifest.lineage().datasets()).containsExactly("marks-train:1@sha256:x");
    assertThat(manifest.lineage().run().orElseThrow()).startsWith("recipe:");
    assertThat(manifest.capture().inputSampleRate()).isEqualTo(0.5);
    assertThat(manifest.outputs().getFirst().categories())
        .containsExactlyInAnyOrder("top", "left", "slash");
    Baseline baseline =
        DriftCodec.decodeBaseline(Files.readAllBytes(bundle.resolve(BundlePaths.BASELINE)));
    assertThat(baseline.cohorts()).containsOnlyKeys(Baseline.REFERENCE);
    assertThat(baseline.windowRows()).isEqualTo(100);
    assertThat(baseline.categories()).isEqualTo(manifest.outputs().getFirst().categories());
    GoldenVectors golden =
        GoldenCodec.decode(Files.readAllBytes(bundle.resolve(BundlePaths.GOLDEN_VECTORS)));
    assertThat(golden.cases()).hasSize(17);
    Accelerator cpu = OnnxAccelerators.cpu();
    for (Accelerator hardware :
        List.of(cpu, SimulatedAccelerator.gpu(cpu), SimulatedAccelerator.fpga(cpu))) {
      try (LoadedModel model =
          hardware.load(
              bundle.resolve(manifest.variants().getFirst().path()), LoadOptions.DEFAULT)) {
        for (GoldenCase one : golden.cases()) {
          assertThat(one.firstDeviation(model.run(one.inputs()))).isEmpty();
        }
      }
    }
  }

  @Test
  void betterChallengerIsPromotedWithABaselinePerCohort() throws Exception {
    RunOutcome.Succeeded outcome = succeeded(run(retrain(champion(), "0.2"), "cache"));

    assertThat(outcome.result().promoted()).hasValue(true);
    assertThat(outcome.result().metrics().get("degraded.accuracy")).isGreaterThan(0.9);
    assertThat(outcome.result().metrics().get("champion.degraded.accuracy")).isLessThan(0.7);
    assertThat(outcome.result().criteria()).hasSize(1).allMatch(criterion -> criterion.holds());
    Baseline baseline =
        DriftCodec.decodeBaseline(
            Files.readAllBytes(outcome.bundle().orElseThrow().resolve(BundlePaths.BASELINE)));
    assertThat(baseline.cohorts()).containsOnlyKeys(Baseline.REFERENCE, "drifted-1");
    assertThat(baseline.reference().rows()).isEqualTo(400);
  }

  @Test
  void worseChallengerIsNeverPackaged() throws Exception {
    RunOutcome.Succeeded outcome = succeeded(run(retrain(champion(), "0.99"), "cache"));

    assertThat(outcome.result().promoted()).hasValue(false);
    assertThat(outcome.bundle()).isEmpty();
    assertThat(outcome.message()).contains("not promoted");
    assertThat(directory.resolve("run-2/bundle")).doesNotExist();
  }

  @Test
  void oneChangedByteRerunsExactlyWhatDependsOnIt() throws Exception {
    Path champion = champion();
    succeeded(run(retrain(champion, "0.2"), "cache"));
    RunOutcome.Succeeded same = succeeded(run(retrain(champion, "0.2"), "cache"));
    assertThat(same.result().steps()).allMatch(RunResult.StepReport::cached);
    assertThat(same.bundle().orElseThrow()).isDirectory();

    RunRequest request = retrain(champion, "0.2");
    Path test = request.inputs().get("test");
    assertThat(test).isNotNull();
    String csv = Files.readString(test);
    Files.writeString(test, csv.replaceFirst("\n[0-9]+", "\n9"));
    RunOutcome.Succeeded changed = succeeded(run(request, "cache"));

    // The bundle too: its lineage names the run by all that went in.
    assertThat(
            changed.result().steps().stream()
                .filter(step -> !step.cached())
                .map(RunResult.StepReport::id))
        .containsExactly("degraded", "champion.degraded", "verdict", "bundle");
  }

  @Test
  void stepThatFailsSaysWhichAndWhy() throws Exception {
    Files.writeString(train, "x,label\n1,a\nsoon,b\n");
    RunOutcome outcome = run(first(), "cache");

    assertThat(outcome).isInstanceOf(RunOutcome.Failed.class);
    assertThat(outcome.code()).hasValue(ErrorCode.DATASET_INVALID);
    assertThat(outcome.message()).contains("step prepared").contains("row 2, column x");
    assertThat(directory.resolve("run-1/work")).doesNotExist();
    assertThat(directory.resolve("cache")).isEmptyDirectory();
  }

  @Test
  void missingInputsHaveTheirOwnCodes() throws Exception {
    RunRequest nothing =
        new RunRequest(FIRST, Map.of(), Optional.empty(), RunParameters.of("marks"));
    assertThat(run(nothing, "cache").code()).hasValue(ErrorCode.DATASET_NOT_FOUND);

    RunRequest unchallenged = retrain(train, "0.2");
    RunRequest noChampion =
        new RunRequest(
            unchallenged.pipeline(),
            unchallenged.inputs(),
            Optional.empty(),
            unchallenged.parameters());
    assertThat(run(noChampion, "cache").code()).hasValue(ErrorCode.VERSION_NOT_FOUND);
    assertThat(run(unchallenged, "cache").code()).hasValue(ErrorCode.BUNDLE_MALFORMED);
  }

  @Test
  void pipelineThatCannotRunStartsNoWorker() {
    RunRequest request =
        new RunRequest("steps: [", Map.of(), Optional.empty(), RunParameters.of("marks"));

    assertThatThrownBy(() -> run(request, "cache"))
        .isInstanceOfSatisfying(
            FlotillaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.PIPELINE_INVALID));
    assertThat(directory.resolve("run-1")).doesNotExist();
  }

  @Test
  void workerIsKilledAtItsTimeLimit() throws Exception {
    RunOutcome outcome = run(endless(), "cache", new RunLimits(256, Duration.ofMillis(2500)));

    assertThat(outcome).isInstanceOf(RunOutcome.TimedOut.class);
    assertThat(outcome.code()).hasValue(ErrorCode.STEP_FAILED);
    assertThat(outcome.message()).contains("time limit of 2 s");
    assertThat(ProcessHandle.current().children().filter(PipelineRunnerTest::isWorker)).isEmpty();
    assertThat(directory.resolve("run-1/work")).doesNotExist();
  }

  @Test
  void workerThatNeedsMoreHeapThanItsLimitHurtsNobodyElse() throws Exception {
    StringBuilder csv = new StringBuilder("x,label\n");
    for (int i = 0; i < 1_500_000; i++) {
      csv.append(i % 7).append(i % 2 == 0 ? ",a\n" : ",b\n");
    }
    Files.writeString(train, csv);
    RunOutcome outcome = run(first(), "cache", new RunLimits(64, Duration.ofMinutes(2)));

    assertThat(outcome)
        .isInstanceOfSatisfying(
            RunOutcome.Crashed.class, crashed -> assertThat(crashed.outOfMemory()).isTrue());
    assertThat(outcome.message()).contains("memory");
  }

  @Test
  void interruptedRunnerLeavesNoWorker() throws Exception {
    Thread waiting =
        Thread.ofPlatform()
            .name("interrupted-runner")
            .start(
                () ->
                    assertThatThrownBy(() -> run(endless(), "cache"))
                        .isInstanceOf(InterruptedException.class));
    while (progress.stream().noneMatch(line -> line.contains("model (train) begins"))) {
      assertThat(waiting.join(Duration.ofMillis(20))).isFalse();
    }
    waiting.interrupt();
    assertThat(waiting.join(Duration.ofSeconds(30))).isTrue();

    assertThat(ProcessHandle.current().children().filter(PipelineRunnerTest::isWorker)).isEmpty();
  }

  @Test
  void workerEndsWhenItsParentIsKilled() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            Parent.class.getName(),
            directory.toString(),
            train.toString());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Process parent = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader lines = parent.inputReader(UTF_8)) {
      String line = lines.readLine();
      while (line != null && !line.contains("model (train) begins")) {
        line = lines.readLine();
      }
      assertThat(line).isNotNull();
      ProcessHandle worker =
          parent.children().filter(PipelineRunnerTest::isWorker).findFirst().orElseThrow();
      parent.destroyForcibly();

      assertThat(worker.onExit().get(30, TimeUnit.SECONDS).isAlive()).isFalse();
    } finally {
      parent.destroyForcibly();
    }
  }

  /** A process that runs an endless pipeline until it is killed. */
  static final class Parent {
    private Parent() {}

    public static void main(String[] arguments) throws InterruptedException {
      Path directory = Path.of(arguments[0]);
      PipelineRunner runner =
          new PipelineRunner(RunLimits.DEFAULT, directory.resolve("cache"), Clock.systemUTC());
      runner.run(
          endless(Path.of(arguments[1])), directory.resolve("run-of-parent"), System.out::println);
    }
  }

  private static boolean isWorker(ProcessHandle process) {
    return process.isAlive()
        && process.info().commandLine().map(line -> line.contains("WorkerMain")).orElse(false);
  }

  private RunRequest endless() {
    return endless(train);
  }

  private static RunRequest endless(Path train) {
    String pipeline = FIRST.replace("scale: 0.0625", "scale: 0.0625, epochs: 10000");
    return new RunRequest(
        pipeline, Map.of("train", manyRows(train)), Optional.empty(), RunParameters.of("marks"));
  }

  private static Path manyRows(Path beside) {
    Path file = beside.resolveSibling("many.csv");
    TableCsv.write(Marks.clean(50_000, 5), file);
    return file;
  }

  private RunRequest first() {
    return new RunRequest(
        FIRST,
        Map.of("train", train),
        Optional.empty(),
        new RunParameters(
            "marks", Map.of(), Map.of("train", "marks-train:1@sha256:x"), Optional.empty(), false));
  }

  private RunRequest retrain(Path champion, String margin) {
    return new RunRequest(
        RETRAIN.replace("MARGIN", margin),
        Map.of(
            "base", train,
            "captured", csv("captured", Marks.degraded(300, 2, "drifted-1")),
            "test", csv("test", Marks.degraded(300, 3, ""))),
        Optional.of(champion),
        RunParameters.of("marks"));
  }

  private Path champion() throws Exception {
    Path bundle = succeeded(run(first(), "champion-cache")).bundle().orElseThrow();
    Path archive = directory.resolve("champion.tar");
    BundleArchive.pack(bundle, archive);
    return archive;
  }

  private RunOutcome run(RunRequest request, String cache) throws InterruptedException {
    return run(request, cache, RunLimits.DEFAULT);
  }

  private RunOutcome run(RunRequest request, String cache, RunLimits limits)
      throws InterruptedException {
    runs++;
    return new PipelineRunner(limits, directory.resolve(cache), Clock.systemUTC())
        .run(request, directory.resolve("run-" + runs), progress::add);
  }

  private Path csv(String name, Table table) {
    Path file = directory.resolve(name + ".csv");
    TableCsv.write(table, file);
    return file;
  }

  private static RunOutcome.Succeeded succeeded(RunOutcome outcome) throws IOException {
    assertThat(outcome).as(outcome.message()).isInstanceOf(RunOutcome.Succeeded.class);
    return (RunOutcome.Succeeded) outcome;
  }
}
