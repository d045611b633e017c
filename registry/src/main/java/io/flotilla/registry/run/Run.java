package io.flotilla.registry.run;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.manifest.Lineage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One execution of a pipeline.
 *
 * @param id given by the registry, counted: {@code run-000001}
 * @param pipeline name of the pipeline
 * @param state where it stands
 * @param inputs what went in
 * @param startedAtMs Unix time in milliseconds
 * @param finishedAtMs Unix time in milliseconds; empty while it runs
 * @param outcome what came out; there if and only if it succeeded
 * @param failure why it failed; there if and only if it did
 */
public record Run(
    String id,
    String pipeline,
    RunState state,
    Inputs inputs,
    long startedAtMs,
    OptionalLong finishedAtMs,
    Optional<Outcome> outcome,
    Optional<Failure> failure) {
  /**
   * What went in.
   *
   * @param model name of the model it trains
   * @param pipelineDigest SHA-256 of the pipeline file, in hex
   * @param parameters given for this run
   * @param datasets {@code name:version@sha256:…} under the input's name
   * @param champion {@code name:version} to compare with
   * @param code what git said where the run was asked for; empty outside of a checkout
   */
  public record Inputs(
      String model,
      String pipelineDigest,
      Map<String, String> parameters,
      Map<String, String> datasets,
      Optional<String> champion,
      Optional<Lineage> code) {
    /** Inputs of a run that was asked for outside of a checkout. */
    public Inputs(
        String model,
        String pipelineDigest,
        Map<String, String> parameters,
        Map<String, String> datasets,
        Optional<String> champion) {
      this(model, pipelineDigest, parameters, datasets, champion, Optional.empty());
    }

    /** Copies the maps. */
    public Inputs {
      parameters = Map.copyOf(parameters);
      datasets = Map.copyOf(datasets);
    }
  }

  /**
   * What came out.
   *
   * @param promoted whether every criterion held; empty if the pipeline compares nothing
   * @param criteria each with its numbers
   * @param metrics by name, such as {@code challenger.clean.accuracy}
   * @param outputs SHA-256 in hex by output, such as {@code model} and {@code bundle}
   */
  public record Outcome(
      Optional<Boolean> promoted,
      List<Criterion> criteria,
      Map<String, Double> metrics,
      Map<String, String> outputs) {
    /** Copies the collections. */
    public Outcome {
      criteria = List.copyOf(criteria);
      metrics = Map.copyOf(metrics);
      outputs = Map.copyOf(outputs);
    }
  }

  /**
   * One criterion that was fixed before the run.
   *
   * @param text as it stands in the pipeline
   * @param actual the left side
   * @param bound the right side
   * @param holds whether it held
   */
  public record Criterion(String text, double actual, double bound, boolean holds) {}

  /**
   * Why it failed.
   *
   * @param code the stable code
   * @param message one sentence, with the end of the worker's output where there is some
   */
  public record Failure(ErrorCode code, String message) {}
}
