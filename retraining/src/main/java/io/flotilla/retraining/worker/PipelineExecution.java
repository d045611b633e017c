package io.flotilla.retraining.worker;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.archive.ArchiveLimits;
import io.flotilla.bundle.archive.BundleArchive;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.StorageFailures;
import io.flotilla.bundle.manifest.Lineage;
import io.flotilla.retraining.codec.PipelineYaml;
import io.flotilla.retraining.evaluate.Evaluator;
import io.flotilla.retraining.pipeline.CacheKey;
import io.flotilla.retraining.pipeline.Pipeline;
import io.flotilla.retraining.pipeline.Plan;
import io.flotilla.retraining.pipeline.Step;
import io.flotilla.retraining.pipeline.StepKind;
import io.flotilla.retraining.run.RunFolder;
import io.flotilla.retraining.run.RunParameters;
import io.flotilla.retraining.run.RunResult;
import io.flotilla.retraining.step.Artifact;
import io.flotilla.retraining.step.StepCache;
import io.flotilla.retraining.step.StepContext;
import io.flotilla.retraining.step.StepFiles;
import io.flotilla.retraining.step.StepWork;
import io.flotilla.retraining.step.TreeDigest;
import io.flotilla.retraining.step.Trees;
import io.flotilla.retraining.step.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Runs the pipeline of one run folder, step by step. Confined to one thread. */
final class PipelineExecution {
  // For the whole run.
  private final RunFolder folder;
  private final StepCache cache;
  private final Evaluator evaluator;
  private final Digest code;
  private final Consumer<String> progress;

  // As far as it has come.
  private final Map<String, Artifact> artifacts = new HashMap<>();
  private final List<RunResult.StepReport> reports = new ArrayList<>();
  private final Map<String, Double> metrics = new TreeMap<>();
  private final Map<String, String> outputs = new TreeMap<>();
  private Optional<Verdict> verdict = Optional.empty();
  private Optional<String> current = Optional.empty();

  PipelineExecution(
      RunFolder folder,
      StepCache cache,
      Evaluator evaluator,
      Digest code,
      Consumer<String> progress) {
    this.folder = folder;
    this.cache = cache;
    this.evaluator = evaluator;
    this.code = code;
    this.progress = progress;
  }

  /** Runs to the end or to the first failure, which is in the result. */
  RunResult run() {
    try {
      RunParameters parameters = folder.readParameters();
      Pipeline pipeline = PipelineYaml.decode(folder.readPipeline()).with(parameters.overrides());
      Plan plan = Plan.of(pipeline);
      collectInputs(pipeline);
      StepContext context = context(plan, parameters);
      StepWork work = new StepWork(evaluator, context);
      for (Step step : plan.order()) {
        current = Optional.of(step.id());
        carryOut(step, context, work);
      }
      return result(Optional.empty());
    } catch (FlotillaException e) {
      return result(
          Optional.of(new RunResult.Failure(e.code(), current, String.valueOf(e.getMessage()))));
    }
  }

  private RunResult result(Optional<RunResult.Failure> failure) {
    return new RunResult(
        verdict.map(Verdict::promoted),
        verdict.map(Verdict::criteria).orElse(List.of()),
        metrics,
        outputs,
        reports,
        failure);
  }

  private void collectInputs(Pipeline pipeline) {
    for (String input : pipeline.inputs()) {
      Path file = folder.input(input);
      if (!Files.isRegularFile(file)) {
        throw new FlotillaException(
            ErrorCode.DATASET_NOT_FOUND, "the run was given no dataset for " + input);
      }
      artifacts.put(input, new Artifact(file, digest(file)));
    }
    if (pipeline.champion()) {
      if (!Files.isRegularFile(folder.champion())) {
        throw new FlotillaException(
            ErrorCode.VERSION_NOT_FOUND,
            "the pipeline compares with a champion, and the run was given none");
      }
      Path unpacked = folder.work().resolve(Pipeline.CHAMPION);
      BundleArchive.unpack(folder.champion(), unpacked, ArchiveLimits.DEFAULT);
      artifacts.put(Pipeline.CHAMPION, new Artifact(unpacked, digest(folder.champion())));
    }
  }

  private StepContext context(Plan plan, RunParameters parameters) {
    SortedSet<String> origins = new TreeSet<>();
    plan.order().stream()
        .filter(step -> step.kind() == StepKind.TRAIN)
        .forEach(step -> origins.addAll(plan.origins(step.id())));
    origins.remove(Pipeline.CHAMPION);
    List<String> datasets =
        origins.stream()
            .map(
                input ->
                    parameters
                        .datasets()
                        .getOrDefault(input, input + "@" + artifact(input).digest()))
            .toList();
    String recipe = recipe(plan.pipeline());
    outputs.put("recipe", recipe);
    Lineage lineage =
        new Lineage(
            parameters.gitCommit(),
            parameters.gitDirty(),
            datasets,
            Optional.of("recipe:" + recipe));
    return new StepContext(parameters.model(), plan.pipeline().seed(), lineage);
  }

  /** Names the run by what went in, not by its number: the same inputs give the same bundle. */
  private String recipe(Pipeline pipeline) {
    StringBuilder text = new StringBuilder();
    text.append(digest(folder.pipeline())).append('\n').append(pipeline.seed()).append('\n');
    new TreeMap<>(folder.readParameters().overrides())
        .forEach((name, value) -> text.append(name).append('=').append(value).append('\n'));
    new TreeMap<>(artifacts)
        .forEach((name, artifact) -> text.append(name).append(artifact.digest()).append('\n'));
    return Digest.of(text.toString().getBytes(StandardCharsets.UTF_8)).hex();
  }

  private void carryOut(Step step, StepContext context, StepWork work) {
    long begun = System.nanoTime();
    progress.accept("step %s (%s) begins".formatted(step.id(), step.kind().title()));
    Map<String, Artifact> inputs = new LinkedHashMap<>();
    step.inputs().forEach((role, source) -> inputs.put(role, artifact(source)));
    Map<String, Digest> digests = new LinkedHashMap<>();
    inputs.forEach((role, artifact) -> digests.put(role, artifact.digest()));
    Digest key =
        CacheKey.of(
            code,
            step,
            context.seed(),
            digests,
            step.kind() == StepKind.PACKAGE ? context.forKey() : Map.of());
    Optional<Artifact> known = cache.find(key);
    Artifact made = known.orElseGet(() -> make(step, inputs, key, work));
    artifacts.put(step.id(), made);
    long millis = (System.nanoTime() - begun) / 1_000_000;
    reports.add(
        new RunResult.StepReport(
            step.id(), key.hex(), made.digest().hex(), known.isPresent(), millis));
    note(step, made);
    progress.accept(
        "step %s (%s) %s after %d ms"
            .formatted(
                step.id(),
                step.kind().title(),
                known.isPresent() ? "was there already" : "is done",
                millis));
  }

  private Artifact make(Step step, Map<String, Artifact> inputs, Digest key, StepWork work) {
    Path output = cache.begin();
    boolean kept = false;
    try {
      work.carryOut(step, inputs, output);
      Artifact made = cache.keep(key, output);
      kept = true;
      return made;
    } finally {
      if (!kept) {
        cache.discard(output);
      }
    }
  }

  private void note(Step step, Artifact made) {
    switch (step.kind()) {
      case PREPARE -> {}
      case TRAIN -> outputs.put("model", digest(StepFiles.onnx(made)).hex());
      case EVALUATE ->
          StepFiles.readFigures(made)
              .values()
              .forEach((figure, value) -> metrics.put(step.id() + "." + figure, value));
      case COMPARE -> verdict = Optional.of(StepFiles.readVerdict(made));
      case PACKAGE -> StepFiles.bundle(made).ifPresent(this::copyBundle);
    }
  }

  private void copyBundle(Path bundle) {
    try {
      Trees.copy(bundle, folder.bundle());
    } catch (IOException e) {
      throw StorageFailures.of("copy the bundle to the run folder", e);
    }
    outputs.put("bundle", digest(folder.bundle()).hex());
  }

  private Artifact artifact(String name) {
    Artifact artifact = artifacts.get(name);
    if (artifact == null) {
      throw new IllegalStateException("the plan puts what makes %s before".formatted(name));
    }
    return artifact;
  }

  private static Digest digest(Path path) {
    try {
      return TreeDigest.of(path);
    } catch (IOException e) {
      throw StorageFailures.of("read " + path.getFileName(), e);
    }
  }
}
