package io.flotilla.controller.training;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.archive.BundleArchive;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.layout.DurableFiles;
import io.flotilla.controller.core.DecisionLoop;
import io.flotilla.controller.core.Reason;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.event.FleetEvent;
import io.flotilla.registry.dataset.Dataset;
import io.flotilla.registry.dataset.DatasetFormat;
import io.flotilla.registry.dataset.DatasetRegistry;
import io.flotilla.registry.model.ModelRegistry;
import io.flotilla.registry.name.Names;
import io.flotilla.registry.run.Run;
import io.flotilla.registry.run.RunRegistry;
import io.flotilla.retraining.PipelineRunner;
import io.flotilla.retraining.RunOutcome;
import io.flotilla.retraining.codec.PipelineYaml;
import io.flotilla.retraining.pipeline.Pipeline;
import io.flotilla.retraining.pipeline.Plan;
import io.flotilla.retraining.run.RunParameters;
import io.flotilla.retraining.run.RunResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executes runs one at a time on the thread {@code flotilla-training}, which waits for the worker
 * process. A run is recorded before it begins; one that a stopping or killed controller leaves
 * behind is failed at the next start.
 */
public final class TrainingRuns implements AutoCloseable {
  /** Most runs that wait. */
  public static final int MAX_WAITING = 16;

  private static final Logger LOG = LoggerFactory.getLogger(TrainingRuns.class);
  private static final int CLOSE_SECONDS = 15;
  private static final String BUNDLE = "bundle.tar";

  private final Registries registries;
  private final Function<Path, PipelineRunner> runners;
  private final PipelineRunner shared;
  private final Path folder;
  private final DecisionLoop core;
  private final EventLog events;
  private final ExecutorService thread;

  /** What runs read and write. */
  public record Registries(RunRegistry runs, DatasetRegistry datasets, ModelRegistry models) {}

  /**
   * Nothing runs yet.
   *
   * @param runners makes a runner that keeps steps in this folder
   * @param folder gets a folder for each run
   */
  public TrainingRuns(
      Registries registries,
      Function<Path, PipelineRunner> runners,
      Path folder,
      DecisionLoop core,
      EventLog events) {
    this.registries = registries;
    this.runners = runners;
    this.shared = runners.apply(folder.resolve("cache"));
    this.folder = folder;
    this.core = core;
    this.events = events;
    this.thread =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_WAITING),
            Thread.ofPlatform().name("flotilla-training").daemon(true).factory());
  }

  /** Fails the runs that the controller before this one left behind. */
  public void recover() {
    List<Run> left =
        core.decide(
            tx -> {
              List<Run> failed = registries.runs().failInterrupted(tx.records());
              failed.forEach(run -> announce(tx, "failed", run));
              return failed;
            });
    for (Run run : left) {
      LOG.warn("run {} was cut off by the end of the controller", run.id());
      removeFolder(folder(run));
      removeFolder(inputFolder(run));
    }
  }

  /**
   * Records a run and queues it.
   *
   * @throws FlotillaException {@code INPUT_INVALID} for the reason; {@code PIPELINE_INVALID};
   *     {@code NAME_INVALID}; {@code DATASET_NOT_FOUND}; {@code MODEL_NOT_FOUND}, {@code
   *     VERSION_NOT_FOUND} for the champion; {@code CONFLICT} if {@link #MAX_WAITING} runs wait
   *     already
   */
  public Run start(RunRequest request) {
    Names.requireName("model", request.model());
    Reason reason = Reason.of(request.reason());
    Pipeline pipeline = PipelineYaml.decode(request.pipeline()).with(request.overrides());
    Plan.of(pipeline);
    requireInputs(pipeline, request);
    Map<String, Dataset> datasets = new TreeMap<>();
    request
        .inputs()
        .forEach((name, reference) -> datasets.put(name, registries.datasets().resolve(reference)));
    Optional<Path> champion = request.champion().map(this::champion);
    Map<String, String> references = new TreeMap<>();
    datasets.forEach((name, dataset) -> references.put(name, dataset.reference()));
    Run.Inputs inputs =
        new Run.Inputs(
            request.model(),
            Digest.of(request.pipeline().getBytes(StandardCharsets.UTF_8)).hex(),
            request.overrides(),
            references,
            request.champion(),
            request.git().map(RunRequest.Git::lineage));
    Run run =
        core.decide(
            tx -> {
              Run started = registries.runs().start(tx.records(), pipeline.name(), inputs);
              announce(tx, "started", started);
              tx.audit(reason.action("run.start", "run/" + started.id()));
              return started;
            });
    try {
      thread.execute(() -> execute(run, request, datasets, champion));
    } catch (RejectedExecutionException e) {
      FlotillaException full =
          new FlotillaException(
              ErrorCode.CONFLICT,
              "%d runs wait already: try again when one has ended".formatted(MAX_WAITING),
              e);
      fail(run, full.code(), String.valueOf(full.getMessage()));
      throw full;
    }
    return run;
  }

  /** The packed, unsigned bundle that a run made; empty if it made none. */
  public Optional<Path> bundle(Run run) {
    return Optional.of(folder(run).resolve(BUNDLE)).filter(Files::isRegularFile);
  }

  /** Stops the run that is at work, which fails, and forgets those that wait. */
  @Override
  public void close() {
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("a run does not stop");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void requireInputs(Pipeline pipeline, RunRequest request) {
    for (String input : pipeline.inputs()) {
      if (!request.inputs().containsKey(input)) {
        throw new FlotillaException(
            ErrorCode.PIPELINE_INVALID,
            "the pipeline %s takes the input %s: name a dataset for it"
                .formatted(pipeline.name(), input));
      }
    }
    if (pipeline.champion() && request.champion().isEmpty()) {
      throw new FlotillaException(
          ErrorCode.PIPELINE_INVALID,
          "the pipeline %s compares with a champion: name one".formatted(pipeline.name()));
    }
  }

  private Path champion(String reference) {
    int colon = reference.indexOf(':');
    if (colon < 1 || !reference.substring(colon + 1).matches("[1-9][0-9]{0,8}")) {
      throw new FlotillaException(
          ErrorCode.VERSION_NOT_FOUND, "a champion is model:version, such as digits:1");
    }
    int version = Integer.parseInt(reference.substring(colon + 1));
    return registries
        .models()
        .archive(registries.models().require(reference.substring(0, colon), version));
  }

  @SuppressWarnings("IllegalCatch") // guarded: a run must come to a recorded end, bugs included
  private void execute(
      Run run, RunRequest request, Map<String, Dataset> datasets, Optional<Path> champion) {
    try {
      Files.createDirectories(folder);
      Map<String, Path> files = inputs(run, datasets);
      RunParameters parameters =
          new RunParameters(
              request.model(),
              request.overrides(),
              run.inputs().datasets(),
              Optional.empty(),
              false);
      record(
          run,
          attend(
              run,
              new io.flotilla.retraining.run.RunRequest(
                  request.pipeline(), files, champion, parameters),
              request.fresh().orElse(false)));
    } catch (InterruptedException e) {
      fail(run, ErrorCode.STEP_FAILED, "the controller stopped while the run was at work");
      Thread.currentThread().interrupt();
    } catch (FlotillaException e) {
      fail(run, e.code(), String.valueOf(e.getMessage()));
    } catch (IOException e) {
      fail(run, ErrorCode.STORAGE_FAILED, "the run's folder cannot be made");
    } catch (RuntimeException e) {
      LOG.error("run {} hit a bug", run.id(), e);
      fail(run, ErrorCode.INTERNAL, "a bug: please report it with the log");
    } finally {
      removeFolder(inputFolder(run));
    }
  }

  /** The tables as CSV files: those that are CSV as they lie, the others written for this run. */
  private Map<String, Path> inputs(Run run, Map<String, Dataset> datasets) throws IOException {
    Map<String, Path> files = new TreeMap<>();
    for (Map.Entry<String, Dataset> input : datasets.entrySet()) {
      Dataset dataset = input.getValue();
      if (dataset.format() == DatasetFormat.CSV) {
        files.put(input.getKey(), registries.datasets().content(dataset));
      } else {
        Path file = Files.createDirectories(inputFolder(run)).resolve(files.size() + ".csv");
        registries.datasets().writeCsv(dataset, file);
        files.put(input.getKey(), file);
      }
    }
    return files;
  }

  private Path inputFolder(Run run) {
    return folder.resolve(run.id() + "-inputs");
  }

  private RunOutcome attend(Run run, io.flotilla.retraining.run.RunRequest request, boolean fresh)
      throws InterruptedException {
    Path ownCache = folder.resolve(run.id() + "-cache");
    PipelineRunner runner = fresh ? runners.apply(ownCache) : shared;
    try {
      return runner.run(request, folder(run), line -> LOG.info("{}: {}", run.id(), line));
    } finally {
      removeFolder(ownCache);
    }
  }

  private void record(Run run, RunOutcome outcome) {
    switch (outcome) {
      case RunOutcome.Succeeded succeeded -> {
        succeeded
            .bundle()
            .ifPresent(bundle -> BundleArchive.pack(bundle, folder(run).resolve(BUNDLE)));
        Run.Outcome result = outcome(succeeded.result());
        var _ =
            core.decide(
                tx -> {
                  Run finished = registries.runs().succeed(tx.records(), run.id(), result);
                  announce(tx, "finished", finished);
                  return finished;
                });
      }
      case RunOutcome.Failed _, RunOutcome.TimedOut _, RunOutcome.Crashed _ ->
          fail(run, outcome.code().orElse(ErrorCode.STEP_FAILED), outcome.message());
    }
  }

  private static Run.Outcome outcome(RunResult result) {
    return new Run.Outcome(
        result.promoted(),
        result.criteria().stream()
            .map(c -> new Run.Criterion(c.text(), c.actual(), c.bound(), c.holds()))
            .toList(),
        result.metrics(),
        result.outputs());
  }

  private void fail(Run run, ErrorCode code, String message) {
    try {
      var _ =
          core.decide(
              tx -> {
                Run failed =
                    registries.runs().fail(tx.records(), run.id(), new Run.Failure(code, message));
                announce(tx, "failed", failed);
                return failed;
              });
    } catch (FlotillaException e) {
      LOG.warn("the end of run {} is not recorded: the next start fails it", run.id(), e);
    }
  }

  private void announce(Transaction tx, String what, Run run) {
    Map<String, Object> data = new TreeMap<>();
    data.put("pipeline", run.pipeline());
    data.put("model", run.inputs().model());
    data.put("state", run.state().name());
    run.outcome().flatMap(Run.Outcome::promoted).ifPresent(yes -> data.put("promoted", yes));
    run.failure().ifPresent(failure -> data.put("code", failure.code().name()));
    events.append(tx, new FleetEvent("io.flotilla.run." + what, "run/" + run.id(), data));
  }

  private Path folder(Run run) {
    return folder.resolve(run.id());
  }

  private static void removeFolder(Path folder) {
    try {
      if (Files.exists(folder)) {
        DurableFiles.deleteTree(folder);
      }
    } catch (IOException e) {
      LOG.warn("the folder {} is left", folder, e);
    }
  }
}
