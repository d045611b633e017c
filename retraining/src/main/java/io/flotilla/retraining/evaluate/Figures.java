package io.flotilla.retraining.evaluate;

import io.flotilla.retraining.pipeline.Metric;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a model scored on a table.
 *
 * @param values by title of a {@link Metric}
 */
public record Figures(Map<String, Double> values) {
  /** Copies the map, in the order of its keys. */
  public Figures {
    values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
  }

  /** One figure. */
  public double of(Metric metric) {
    Double value = values.get(metric.title());
    if (value == null) {
      throw new IllegalStateException("every evaluation gives " + metric.title());
    }
    return value;
  }
}
