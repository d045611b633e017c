package io.flotilla.retraining.step;

import io.flotilla.retraining.pipeline.Criterion;
import java.util.List;

/**
 * What a compare step decided.
 *
 * @param promoted whether every criterion held
 * @param criteria each with its numbers
 */
public record Verdict(boolean promoted, List<Criterion.Result> criteria) {
  /** Copies the list. */
  public Verdict {
    criteria = List.copyOf(criteria);
  }
}
