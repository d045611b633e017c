package io.flotilla.agent.deployment;

import io.flotilla.agent.scoring.ActiveModel;
import io.flotilla.agent.store.AgentFiles;
import io.flotilla.bundle.codec.GoldenCodec;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.golden.Deviation;
import io.flotilla.bundle.golden.GoldenCase;
import io.flotilla.bundle.golden.GoldenVectors;
import io.flotilla.bundle.layout.BundlePaths;
import io.flotilla.bundle.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Proves a version on this device, in the way it will score: the golden vectors of its bundle
 * within their tolerances, and the latency of a score.
 */
public final class Prover {
  private static final int MOST_TIMED = 64;
  private static final long MOST_TIMED_NANOS = 500_000_000;
  private static final double NANOS_PER_MICRO = 1_000;
  private static final double MEDIAN = 0.5;
  private static final double TAIL = 0.99;

  private final List<GoldenCase> cases;

  private Prover(List<GoldenCase> cases) {
    this.cases = cases;
  }

  /**
   * Reads the golden vectors of a verified bundle.
   *
   * @throws FlotillaException {@code GOLDEN_VECTORS_MISSING} if it has none; {@code
   *     GOLDEN_VECTORS_FAILED} if they cannot be read
   */
  public static Prover of(Path bundleFolder) {
    Path file = bundleFolder.resolve(BundlePaths.GOLDEN_VECTORS);
    if (!Files.exists(file)) {
      throw missing();
    }
    GoldenVectors vectors;
    try {
      vectors = GoldenCodec.decode(AgentFiles.read(file));
    } catch (FlotillaException e) {
      throw new FlotillaException(
          ErrorCode.GOLDEN_VECTORS_FAILED, "the golden vectors cannot be read", e);
    }
    if (vectors.cases().isEmpty()) {
      throw missing();
    }
    return new Prover(vectors.cases());
  }

  /**
   * Runs all golden vectors, then times scores.
   *
   * @return {@code goldenCases}, {@code latencyP50Micros}, {@code latencyP99Micros}
   * @throws FlotillaException {@code GOLDEN_VECTORS_FAILED} with the first deviation, or if the
   *     model does not take the golden inputs; {@code SCORING_FAILED}
   */
  public Map<String, Double> prove(ActiveModel model) {
    for (GoldenCase one : cases) {
      Map<String, Tensor> outputs;
      try {
        outputs = model.score(one.inputs()).outputs();
      } catch (FlotillaException e) {
        throw e.code() == ErrorCode.INPUT_INVALID
            ? new FlotillaException(
                ErrorCode.GOLDEN_VECTORS_FAILED,
                "golden case %s: %s".formatted(one.name(), e.getMessage()),
                e)
            : e;
      }
      Optional<Deviation> deviation = one.firstDeviation(outputs);
      if (deviation.isPresent()) {
        throw new FlotillaException(ErrorCode.GOLDEN_VECTORS_FAILED, deviation.get().describe());
      }
    }
    Map<String, Double> measured = new TreeMap<>(latencies(model));
    measured.put("goldenCases", (double) cases.size());
    return measured;
  }

  /**
   * Scores golden inputs in place of live ones.
   *
   * @throws FlotillaException {@code SCORING_FAILED}
   */
  public void score(ActiveModel model, long scores) {
    for (long i = 0; i < scores; i++) {
      model.score(cases.get((int) (i % cases.size())).inputs());
    }
  }

  private Map<String, Double> latencies(ActiveModel model) {
    long[] nanos = new long[MOST_TIMED];
    int timed = 0;
    long begun = System.nanoTime();
    while (timed < MOST_TIMED && System.nanoTime() - begun < MOST_TIMED_NANOS) {
      Map<String, Tensor> inputs = cases.get(timed % cases.size()).inputs();
      long from = System.nanoTime();
      model.score(inputs);
      nanos[timed] = System.nanoTime() - from;
      timed++;
    }
    Arrays.sort(nanos, 0, timed);
    return Map.of(
        "latencyP50Micros", quantile(nanos, timed, MEDIAN) / NANOS_PER_MICRO,
        "latencyP99Micros", quantile(nanos, timed, TAIL) / NANOS_PER_MICRO);
  }

  /** The value at rank ⌈q·n⌉ of n sorted values. */
  private static double quantile(long[] sorted, int n, double q) {
    return sorted[Math.max(0, (int) Math.ceil(q * n) - 1)];
  }

  private static FlotillaException missing() {
    return new FlotillaException(
        ErrorCode.GOLDEN_VECTORS_MISSING,
        "the bundle has no %s, so this device cannot prove it"
            .formatted(BundlePaths.GOLDEN_VECTORS));
  }
}
