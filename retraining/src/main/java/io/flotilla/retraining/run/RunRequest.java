package io.flotilla.retraining.run;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What to run.
 *
 * @param pipeline text of the pipeline file
 * @param inputs CSV file of each input of the pipeline, by its name there
 * @param champion bundle archive of the model in service, if the pipeline takes one
 * @param parameters of this run
 */
public record RunRequest(
    String pipeline, Map<String, Path> inputs, Optional<Path> champion, RunParameters parameters) {
  /** Copies the map. */
  public RunRequest {
    inputs = Map.copyOf(inputs);
  }
}
