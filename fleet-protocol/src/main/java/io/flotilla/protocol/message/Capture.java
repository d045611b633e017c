package io.flotilla.protocol.message;

import java.util.List;
import java.util.Optional;

/**
 * Predictions that a device made, with the inputs of a sample.
 *
 * @param schema version of this message; 1
 * @param source the version that made them
 * @param predictions 1 to {@link Limits#MAX_PREDICTIONS}
 */
public record Capture(int schema, VersionRef source, List<Prediction> predictions) {
  /** Copies the list. */
  public Capture {
    predictions = List.copyOf(predictions);
  }

  /**
   * One prediction.
   *
   * @param id correlation id, unique in the fleet: {@code deviceId/bootId/number}
   * @param atMs Unix time in milliseconds on the device
   * @param label the most likely category; empty if the model has none
   * @param score its score, or the model's first output value
   * @param input the model's FP32 input, little-endian, if it was sampled
   */
  public record Prediction(
      String id, long atMs, Optional<String> label, float score, Optional<byte[]> input) {}
}
