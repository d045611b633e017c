package io.flotilla.drift;

import java.util.List;
import java.util.Map;

/**
 * What a baseline is built from.
 *
 * @param features names of the features in the order of a row
 * @param cohorts rows by cohort; {@link Baseline#REFERENCE} must be one of them
 * @param categories labels of the predictions in index order; empty if predictions are not watched
 * @param windowRows rows of one window
 */
public record BaselineInput(
    List<String> features,
    Map<String, CohortRows> cohorts,
    List<String> categories,
    int windowRows) {
  /** Copies the collections. */
  public BaselineInput {
    features = List.copyOf(features);
    cohorts = Map.copyOf(cohorts);
    categories = List.copyOf(categories);
  }
}
