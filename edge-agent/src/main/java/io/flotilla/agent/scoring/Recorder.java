package io.flotilla.agent.scoring;

import java.nio.FloatBuffer;
import java.util.Optional;

/** Takes note of the answers of one version. Thread-safe; never fails a score. */
@FunctionalInterface
public interface Recorder {
  /**
   * Records one answer.
   *
   * @param row the input as FP32 values, if the model has such a one; not modified
   * @return the answer's id, unique in the fleet
   */
  String record(Optional<FloatBuffer> row, Answer answer);
}
