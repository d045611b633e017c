package io.flotilla.controller.ingest;

import java.util.Optional;

/**
 * A prediction that a device made.
 *
 * @param model name of the model
 * @param version its version
 * @param atMs Unix time in milliseconds on the device
 * @param label the category predicted; empty if the model has none
 * @param score its score
 * @param hasInput whether the model's input was sampled and is stored
 * @param truth what was right, once somebody said so
 */
public record StoredPrediction(
    String model,
    int version,
    long atMs,
    Optional<String> label,
    float score,
    boolean hasInput,
    Optional<String> truth) {
  StoredPrediction withTruth(String value) {
    return new StoredPrediction(model, version, atMs, label, score, hasInput, Optional.of(value));
  }

  /** The device of a prediction's id, {@code deviceId/bootId/number}. */
  public static String deviceOf(String id) {
    return id.substring(0, id.indexOf('/'));
  }
}
