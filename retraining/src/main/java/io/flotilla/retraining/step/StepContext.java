package io.flotilla.retraining.step;

import io.flotilla.bundle.manifest.Lineage;
import java.util.Map;

/**
 * What a step knows of its run beside its inputs.
 *
 * @param model name of the model
 * @param seed of the pipeline
 * @param lineage to be written into the bundle
 */
public record StepContext(String model, long seed, Lineage lineage) {
  /** The parts that the bundle's bytes depend on, for the package step's cache key. */
  public Map<String, String> forKey() {
    return Map.of(
        "model", model,
        "git-commit", lineage.gitCommit().orElse(""),
        "git-dirty", Boolean.toString(lineage.gitDirty()),
        "datasets", String.join("\n", lineage.datasets()),
        "run", lineage.run().orElse(""));
  }
}
