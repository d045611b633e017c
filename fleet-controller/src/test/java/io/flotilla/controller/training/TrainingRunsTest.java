package io.flotilla.controller.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.flotilla.bundle.archive.ArchiveLimits;
import io.flotilla.bundle.archive.BundleArchive;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.core.DecisionLoop;
import io.flotilla.controller.core.GovernedRecords;
import io.flotilla.controller.core.MemoryStore;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.event.LoggedEvent;
import io.flotilla.registry.audit.AuditLog;
import io.flotilla.registry.blob.BlobStore;
import io.flotilla.registry.dataset.DatasetRegistry;
import io.flotilla.registry.model.ModelRegistry;
import io.flotilla.registry.model.RegistrationPolicy;
import io.flotilla.registry.run.Run;
import io.flotilla.registry.run.RunRegistry;
import io.flotilla.registry.run.RunState;
import io.flotilla.retraining.PipelineRunner;
import io.flotilla.retraining.RunLimits;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingRunsTest {
  private static final String PIPELINE =
      """
      format: 1
      name: tiny
      seed: 42
      inputs: [train]
      steps:
        - id: prepared
          kind: prepare
          inputs: [train]
        - id: model
          kind: train
          inputs: {rows: prepared}
          parameters: {epochs: 5, labels: "cold,hot"}
        - id: bundle
          kind: package
          inputs: {model: model, reference: train}
      """;

  @TempDir private Path folder;

  private final MemoryStore store = new MemoryStore();
  private final DecisionLoop core =
      new DecisionLoop(store, new AuditLog(store, Clock.systemUTC(), GovernedRecords.SCOPE));
  private final EventLog events = new EventLog(store, Clock.systemUTC());
  private final RunRegistry runs = new RunRegistry(store, Clock.systemUTC());
  private DatasetRegistry datasets;

  @BeforeEach
  void start() {
    core.start();
    datasets = new DatasetRegistry(store, blobs(folder.resolve("blobs")), Clock.systemUTC());
    datasets.register(
        "rooms", new ByteArrayInputStream(rows().getBytes(StandardCharsets.UTF_8)), Map.of());
  }

  @AfterEach
  void stop() {
    core.close();
  }

  @Test
  void aRunEndsWithAPackedBundleThatTheSameRunMakesAgain() throws Exception {
    try (TrainingRuns training = training(RunLimits.DEFAULT)) {
      Run first = ended(training.start(request(PIPELINE)));
      Run second = ended(training.start(fresh(PIPELINE)));

      assertThat(first.failure()).isEmpty();
      assertThat(first.state()).isEqualTo(RunState.SUCCEEDED);
      assertThat(first.inputs().datasets().get("train")).startsWith("rooms:1@sha256:");
      assertThat(first.outcome().orElseThrow().outputs()).containsKey("model");
      assertThat(second.outcome().orElseThrow().outputs())
          .isEqualTo(first.outcome().orElseThrow().outputs());
      Path archive = training.bundle(first).orElseThrow();
      BundleArchive.unpack(archive, folder.resolve("unpacked"), ArchiveLimits.DEFAULT);
      assertThat(folder.resolve("unpacked/models/model.onnx")).exists();
      assertThat(Files.mismatch(archive, training.bundle(second).orElseThrow())).isEqualTo(-1);
      assertThat(folder.resolve("runs").resolve(second.id() + "-cache")).doesNotExist();
      assertThat(types())
          .containsExactly(
              "io.flotilla.run.started",
              "io.flotilla.run.finished",
              "io.flotilla.run.started",
              "io.flotilla.run.finished");
    }
  }

  @Test
  void aRunThatFailsSaysWhy() {
    try (TrainingRuns training = training(RunLimits.DEFAULT)) {
      Run run = ended(training.start(request(PIPELINE.replace("cold,hot", "cold,warm"))));

      assertThat(run.state()).isEqualTo(RunState.FAILED);
      assertThat(run.failure().orElseThrow().message()).isNotBlank();
      assertThat(training.bundle(run)).isEmpty();
      await().until(() -> types().contains("io.flotilla.run.failed"));
    }
  }

  @Test
  void whatCannotRunIsRefusedAtOnceAndNotRecorded() {
    try (TrainingRuns training = training(RunLimits.DEFAULT)) {
      assertCode(() -> training.start(request("no pipeline")), ErrorCode.PIPELINE_INVALID);
      assertCode(
          () -> training.start(request(PIPELINE.replace("[train]\nsteps", "[train, more]\nsteps"))),
          ErrorCode.PIPELINE_INVALID);
      assertCode(
          () ->
              training.start(
                  new RunRequest(
                      PIPELINE,
                      Optional.empty(),
                      Map.of("train", "nothing:1"),
                      Optional.empty(),
                      "rooms",
                      Optional.empty(),
                      Optional.empty(),
                      Optional.empty())),
          ErrorCode.DATASET_NOT_FOUND);
      assertCode(
          () ->
              training.start(
                  new RunRequest(
                      PIPELINE,
                      Optional.empty(),
                      Map.of("train", "rooms"),
                      Optional.of("rooms:1"),
                      "rooms",
                      Optional.empty(),
                      Optional.empty(),
                      Optional.empty())),
          ErrorCode.MODEL_NOT_FOUND);
    }
    assertThat(runs.page("", 10)).isEmpty();
  }

  @Test
  void aRunThatAKilledControllerLeftIsFailedAtTheNextStart() {
    Run.Inputs inputs = new Run.Inputs("rooms", "00", Map.of(), Map.of(), Optional.empty());
    Run left =
        core.submit(tx -> runs.start(tx.records(), "tiny", inputs)).toCompletableFuture().join();
    try (TrainingRuns training = training(RunLimits.DEFAULT)) {
      training.recover();
    }

    assertThat(runs.find(left.id()).orElseThrow().state()).isEqualTo(RunState.FAILED);
    await().until(() -> types().contains("io.flotilla.run.failed"));
  }

  @Test
  void stoppingTheControllerStopsTheRun() {
    Run run;
    try (TrainingRuns training = training(RunLimits.DEFAULT)) {
      run = training.start(request(PIPELINE.replace("epochs: 5", "epochs: 500")));
    }
    Run stopped = runs.find(run.id()).orElseThrow();
    assertThat(stopped.state()).isIn(RunState.FAILED, RunState.SUCCEEDED);
  }

  private TrainingRuns training(RunLimits limits) {
    ModelRegistry models =
        new ModelRegistry(
            store,
            blobs(folder.resolve("blobs")),
            Clock.systemUTC(),
            RegistrationPolicy.strict(
                () -> {
                  throw new IllegalStateException("nothing is registered here");
                }));
    return new TrainingRuns(
        new TrainingRuns.Registries(runs, datasets, models),
        cache -> new PipelineRunner(limits, cache, Clock.systemUTC()),
        folder.resolve("runs"),
        core,
        events);
  }

  private static BlobStore blobs(Path path) {
    return new BlobStore(path);
  }

  private Run ended(Run run) {
    return await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> runs.find(run.id()).orElseThrow(), r -> r.state() != RunState.RUNNING);
  }

  private static RunRequest request(String pipeline) {
    return new RunRequest(
        pipeline,
        Optional.empty(),
        Map.of("train", "rooms:1"),
        Optional.empty(),
        "rooms",
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** Computes every step anew: nothing of an earlier run's cache is used, or left behind. */
  private static RunRequest fresh(String pipeline) {
    return new RunRequest(
        pipeline,
        Optional.empty(),
        Map.of("train", "rooms:1"),
        Optional.empty(),
        "rooms",
        Optional.of(true),
        Optional.empty(),
        Optional.empty());
  }

  private static String rows() {
    Random random = new Random(42);
    StringBuilder csv = new StringBuilder("heat,noise,label\n");
    for (int i = 0; i < 200; i++) {
      boolean hot = i % 2 == 0;
      csv.append((float) (random.nextGaussian() + (hot ? 3 : -3)))
          .append(',')
          .append((float) random.nextGaussian())
          .append(hot ? ",hot\n" : ",cold\n");
    }
    return csv.toString();
  }

  private List<String> types() {
    return events.page(0, 100).stream().map(LoggedEvent::type).toList();
  }

  private static void assertCode(Runnable action, ErrorCode code) {
    assertThatThrownBy(action::run)
        .isInstanceOfSatisfying(FlotillaException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
