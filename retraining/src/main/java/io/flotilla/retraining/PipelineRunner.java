package io.flotilla.retraining;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.layout.DurableFiles;
import io.flotilla.hardware.process.ChildJava;
import io.flotilla.hardware.process.OutputTail;
import io.flotilla.retraining.codec.PipelineYaml;
import io.flotilla.retraining.pipeline.Plan;
import io.flotilla.retraining.run.RunFolder;
import io.flotilla.retraining.run.RunRequest;
import io.flotilla.retraining.run.RunResult;
import io.flotilla.retraining.step.StepCache;
import io.flotilla.retraining.worker.WorkerMain;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs pipelines, each in a worker process with its own heap and time limit. A worker is killed
 * with its children at its time limit and when the waiting thread is interrupted, and ends by
 * itself when this process does. Thread-safe; runs may overlap.
 */
public final class PipelineRunner {
  /** Most bytes that the step cache keeps: 2 GiB. */
  public static final long MAX_CACHE_BYTES = 2L << 30;

  private static final Logger LOG = LoggerFactory.getLogger(PipelineRunner.class);

  private static final int KILL_SECONDS = 10;
  private static final int TAIL_BYTES = 4096;

  private final RunLimits limits;
  private final Path cacheFolder;
  private final StepCache cache;
  private final AtomicInteger running = new AtomicInteger();

  /**
   * A runner.
   *
   * @param limits of each worker
   * @param cacheFolder where steps are kept between runs; this process's own
   * @param clock for the age of what is kept there
   * @throws FlotillaException {@code DISK_FULL}, {@code STORAGE_FAILED} if the folder cannot be
   *     used
   */
  public PipelineRunner(RunLimits limits, Path cacheFolder, Clock clock) {
    this.limits = limits;
    this.cacheFolder = cacheFolder.toAbsolutePath();
    this.cache = new StepCache(this.cacheFolder, clock);
  }

  /**
   * Runs a pipeline and waits for its end.
   *
   * @param folder a new or empty folder for this run; the bundle stays there, the worker's own
   *     files do not
   * @param progress gets a line per event, on a thread of this runner
   * @return how it ended; see {@link RunOutcome} for every way
   * @throws FlotillaException {@code PIPELINE_INVALID} if the pipeline cannot be run at all; {@code
   *     FILE_MISSING}, {@code DISK_FULL}, {@code STORAGE_FAILED} if the folder cannot be prepared
   * @throws InterruptedException if the waiting thread was interrupted; the worker is dead then
   */
  public RunOutcome run(RunRequest request, Path folder, Consumer<String> progress)
      throws InterruptedException {
    Plan.of(PipelineYaml.decode(request.pipeline()).with(request.parameters().overrides()));
    RunFolder files = new RunFolder(folder.toAbsolutePath());
    files.prepare(request);
    if (running.getAndIncrement() == 0) {
      cache.prune(MAX_CACHE_BYTES);
    }
    try {
      return attend(start(files), files, progress);
    } finally {
      running.decrementAndGet();
      removeWork(files);
    }
  }

  private RunOutcome attend(Process worker, RunFolder files, Consumer<String> progress)
      throws InterruptedException {
    String name = "run-" + worker.pid();
    OutputTail errors = new OutputTail(worker.getErrorStream(), TAIL_BYTES);
    Thread errorReader = Thread.ofPlatform().name(name + "-errors").daemon(true).start(errors);
    Thread outputReader =
        Thread.ofPlatform()
            .name(name + "-progress")
            .daemon(true)
            .start(() -> forward(worker, progress));
    try {
      boolean ended = worker.waitFor(limits.timeLimit().toMillis(), TimeUnit.MILLISECONDS);
      if (!ended) {
        ChildJava.kill(worker);
      }
      outputReader.join(TimeUnit.SECONDS.toMillis(KILL_SECONDS));
      errorReader.join(TimeUnit.SECONDS.toMillis(KILL_SECONDS));
      return ended
          ? outcome(worker.exitValue(), files, errors.text())
          : new RunOutcome.TimedOut(limits.timeLimit(), errors.text());
    } finally {
      ChildJava.kill(worker);
    }
  }

  private static RunOutcome outcome(int status, RunFolder files, String tail) {
    Optional<RunResult> result = files.readResult();
    if (result.isEmpty() || (status != 0 && result.get().failure().isEmpty())) {
      return new RunOutcome.Crashed(status, status == ChildJava.HEAP_EXHAUSTED, tail);
    }
    if (result.get().failure().isPresent()) {
      RunResult.Failure failure = result.get().failure().get();
      String message =
          status == 0 || tail.isBlank()
              ? failure.message()
              : failure.message() + "; its output ends with: " + tail.strip();
      return new RunOutcome.Failed(
          new RunResult.Failure(failure.code(), failure.step(), message), result.get());
    }
    Optional<Path> bundle =
        result.get().outputs().containsKey("bundle")
            ? Optional.of(files.bundle())
            : Optional.empty();
    return new RunOutcome.Succeeded(result.get(), bundle);
  }

  private Process start(RunFolder files) {
    List<String> options = List.of("-Xmx%dm".formatted(limits.heapMiB()));
    try {
      Process worker =
          new ChildJava(files.work(), List.of(), options)
              .start(WorkerMain.class, List.of(files.root().toString(), cacheFolder.toString()));
      LOG.info("worker {} runs {}", worker.pid(), files.root().getFileName());
      return worker;
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.STEP_FAILED, "no worker process can be started: " + e.getMessage(), e);
    }
  }

  private static void forward(Process worker, Consumer<String> progress) {
    try (BufferedReader lines = worker.inputReader(StandardCharsets.UTF_8)) {
      lines.lines().forEach(progress);
    } catch (IOException | UncheckedIOException e) {
      LOG.debug("the worker's output broke off", e);
    }
  }

  private static void removeWork(RunFolder files) {
    try {
      DurableFiles.deleteTree(files.work());
    } catch (IOException e) {
      LOG.warn("the worker's folder {} is left", files.work(), e);
    }
  }
}
