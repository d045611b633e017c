package io.flotilla.retraining.run;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.registry.run.Run;
import io.flotilla.retraining.pipeline.Criterion;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a run ended.
 *
 * @param promoted whether every criterion held; empty if the pipeline compares nothing
 * @param criteria each with its numbers
 * @param metrics by evaluate step and figure, such as {@code clean.accuracy}
 * @param outputs SHA-256 in hex: {@code model} of the ONNX file, {@code bundle} of the unsigned
 *     bundle directory, {@code recipe} of everything that went in
 * @param steps in the order in which they ran
 * @param failure why it failed; empty if it came to its end
 */
public record RunResult(
    Optional<Boolean> promoted,
    List<Criterion.Result> criteria,
    Map<String, Double> metrics,
    Map<String, String> outputs,
    List<StepReport> steps,
    Optional<Failure> failure) {
  /** Copies the collections. */
  public RunResult {
    criteria = List.copyOf(criteria);
    metrics = Map.copyOf(metrics);
    outputs = Map.copyOf(outputs);
    steps = List.copyOf(steps);
  }

  /** A run that failed before its first step. */
  public static RunResult failed(Failure failure) {
    return new RunResult(
        Optional.empty(), List.of(), Map.of(), Map.of(), List.of(), Optional.of(failure));
  }

  /** The part of it that the run registry keeps. */
  public Run.Outcome outcome() {
    return new Run.Outcome(
        promoted,
        criteria.stream()
            .map(one -> new Run.Criterion(one.text(), one.actual(), one.bound(), one.holds()))
            .toList(),
        metrics,
        outputs);
  }

  /**
   * What one step did.
   *
   * @param id of the step
   * @param key its cache key, in hex
   * @param output digest of what it made, in hex
   * @param cached whether that was there already
   * @param millis how long it took
   */
  public record StepReport(String id, String key, String output, boolean cached, long millis) {}

  /**
   * Why a run failed.
   *
   * @param code the stable code
   * @param step the step that failed; empty if none had begun
   * @param message one sentence
   */
  public record Failure(ErrorCode code, Optional<String> step, String message) {}
}
