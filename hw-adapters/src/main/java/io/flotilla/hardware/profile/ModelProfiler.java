package io.flotilla.hardware.profile;

import com.sun.management.OperatingSystemMXBean;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.hardware.Accelerator;
import io.flotilla.hardware.LoadOptions;
import io.flotilla.hardware.LoadedModel;
import io.flotilla.hardware.ModelTensor;
import io.flotilla.hardware.PinnedRun;
import io.flotilla.hardware.capability.ProcessMemory;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Measures models in this process: the machine should do nothing else meanwhile. Uses the hot path
 * of scoring where a model can be pinned, and ordinary runs elsewhere. Thread-safe, but
 * measurements at the same time disturb each other.
 */
public final class ModelProfiler {
  private static final double NANOS_PER_MICRO = 1e3;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final int THOUSAND = 1_000;

  /** Warming up takes no more than this part of the time. */
  private static final int WARM_UP_PART = 4;

  private final LongSupplier nanoTime;

  /**
   * A profiler.
   *
   * @param nanoTime time in nanoseconds since any moment, as {@link System#nanoTime}
   */
  public ModelProfiler(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Measures a model.
   *
   * @param progress gets a sentence for each number of threads that is done, on this thread
   * @throws FlotillaException as {@link Accelerator#load}; {@code INPUT_INVALID} if the plan names
   *     an input or shape that the model does not have; {@code PROFILE_FAILED} if the model fails
   *     on zeros of these shapes
   * @throws InterruptedException if this thread was interrupted; the model is closed then
   */
  public ModelProfile profile(
      Accelerator accelerator, Path onnx, ProfilePlan plan, Consumer<String> progress)
      throws InterruptedException {
    List<ProfilePoint> points = new ArrayList<>();
    for (int threads : plan.threads()) {
      ProfilePoint point = measure(accelerator, onnx, plan, threads);
      points.add(point);
      progress.accept(
          "%d threads: p95 %.0f µs, %.0f runs per second"
              .formatted(threads, point.latency().p95Micros(), point.throughputPerSecond()));
    }
    return new ModelProfile(
        accelerator.info(),
        System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors(),
        points,
        ModelProfile.recommend(points, plan.slackPercent()));
  }

  private ProfilePoint measure(Accelerator accelerator, Path onnx, ProfilePlan plan, int threads)
      throws InterruptedException {
    endIfInterrupted();
    ProcessMemory before = ProcessMemory.ofThisProcess();
    long start = nanoTime.getAsLong();
    LoadOptions options = new LoadOptions(threads, false, Optional.empty());
    try (LoadedModel model = accelerator.load(onnx, options)) {
      long loaded = nanoTime.getAsLong();
      Map<String, List<Long>> shapes = shapes(model, plan);
      Runs runs;
      try (Scoring scoring = scoring(model, shapes)) {
        runs = runs(scoring, plan, start + plan.time().toNanos());
      }
      ProcessMemory after = ProcessMemory.ofThisProcess();
      return new ProfilePoint(
          threads,
          Math.round((loaded - start) / NANOS_PER_MICRO),
          runs.nanos.length,
          latency(runs.nanos),
          runs.nanos.length * NANOS_PER_SECOND / Math.max(1, runs.totalNanos),
          runs.cpuNanos / NANOS_PER_SECOND * THOUSAND / runs.nanos.length,
          Math.max(0, after.residentBytes() - before.residentBytes()),
          after.peakBytes());
    }
  }

  private Runs runs(Scoring scoring, ProfilePlan plan, long deadline) throws InterruptedException {
    try {
      long begin = nanoTime.getAsLong();
      long warm = begin + (deadline - begin) / WARM_UP_PART;
      for (int i = 0; i < plan.warmUpRuns() && nanoTime.getAsLong() < warm; i++) {
        score(scoring);
      }
      long[] nanos = new long[plan.runs()];
      int count = 0;
      long cpuStart = cpuNanos();
      long start = nanoTime.getAsLong();
      long last = start;
      do {
        score(scoring);
        long now = nanoTime.getAsLong();
        nanos[count++] = now - last;
        last = now;
      } while (count < nanos.length && last < deadline);
      return new Runs(
          Arrays.copyOf(nanos, count), last - start, Math.max(0, cpuNanos() - cpuStart));
    } catch (FlotillaException e) {
      throw new FlotillaException(
          ErrorCode.PROFILE_FAILED,
          "the model cannot be profiled on zeros; give shapes that it takes: " + e.getMessage(),
          e);
    }
  }

  private static void score(Scoring scoring) throws InterruptedException {
    endIfInterrupted();
    scoring.run();
  }

  private static void endIfInterrupted() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("profiling was interrupted");
    }
  }

  private static Map<String, List<Long>> shapes(LoadedModel model, ProfilePlan plan) {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    for (ModelTensor input : model.inputs()) {
      List<Long> ones =
          input.shape().stream().map(dimension -> dimension.length().orElse(1)).toList();
      List<Long> shape = plan.shapes().getOrDefault(input.name(), ones);
      if (!input.admits(shape)) {
        throw invalid("the model takes %s and the plan has %s".formatted(input, shape));
      }
      shapes.put(input.name(), shape);
    }
    if (!shapes.keySet().containsAll(plan.shapes().keySet())) {
      throw invalid(
          "the plan has shapes for %s and the model takes %s"
              .formatted(plan.shapes().keySet(), model.inputs()));
    }
    return shapes;
  }

  /** Pinned, or with ordinary runs if the model's output shapes depend on its inputs' values. */
  private static Scoring scoring(LoadedModel model, Map<String, List<Long>> shapes) {
    try {
      PinnedRun pinned = model.pin(shapes);
      return new Scoring(pinned::run, pinned::close);
    } catch (FlotillaException unpinned) {
      Map<String, Tensor> inputs = new LinkedHashMap<>();
      for (ModelTensor input : model.inputs()) {
        List<Long> shape = shapes.getOrDefault(input.name(), List.of());
        long bytes = Tensor.elements(shape) * input.type().bytes();
        if (bytes > Integer.MAX_VALUE) {
          throw invalid("the plan's shape %s is too large for %s".formatted(shape, input));
        }
        inputs.put(
            input.name(), new Tensor(input.type(), shape, ByteBuffer.allocateDirect((int) bytes)));
      }
      return new Scoring(() -> model.run(inputs), () -> {});
    }
  }

  private static ProfilePoint.Latency latency(long[] nanos) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    return new ProfilePoint.Latency(
        percentile(sorted, 50), percentile(sorted, 95), percentile(sorted, 99));
  }

  private static double percentile(long[] sorted, int percent) {
    int rank = (int) (((long) sorted.length * percent + 99) / 100);
    return sorted[Math.max(rank, 1) - 1] / NANOS_PER_MICRO;
  }

  private static long cpuNanos() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }

  private static FlotillaException invalid(String sentence) {
    return new FlotillaException(ErrorCode.INPUT_INVALID, sentence);
  }

  /** A way to score once. */
  private record Scoring(Runnable once, Runnable end) implements AutoCloseable {
    void run() {
      once.run();
    }

    @Override
    public void close() {
      end.run();
    }
  }

  /**
   * Measured runs. Never compared.
   *
   * @param nanos time of each, at least one
   * @param totalNanos time of all
   * @param cpuNanos processor time of all
   */
  @SuppressWarnings("ArrayRecordComponent")
  private record Runs(long[] nanos, long totalNanos, long cpuNanos) {}
}
