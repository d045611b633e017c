package io.flotilla.retraining.run;

import java.util.Map;
import java.util.Optional;

/**
 * What a run is told beside its files.
 *
 * @param model name of the model that the bundle is for
 * @param overrides {@code seed}, or {@code step.parameter}, in place of what the pipeline says
 * @param datasets what each input is, as {@code name:version@sha256:…}, for the lineage; an input
 *     that is missing here is named by its digest
 * @param gitCommit commit of the pipeline's repository, 40 or 64 hexadecimal digits; empty if
 *     unknown
 * @param gitDirty whether that repository had changes that the commit does not hold
 */
public record RunParameters(
    String model,
    Map<String, String> overrides,
    Map<String, String> datasets,
    Optional<String> gitCommit,
    boolean gitDirty) {
  /** Copies the maps. */
  public RunParameters {
    overrides = Map.copyOf(overrides);
    datasets = Map.copyOf(datasets);
  }

  /** A run for this model with nothing else said. */
  public static RunParameters of(String model) {
    return new RunParameters(model, Map.of(), Map.of(), Optional.empty(), false);
  }
}
