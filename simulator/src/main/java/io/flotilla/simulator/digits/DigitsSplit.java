package io.flotilla.simulator.digits;

import java.util.List;

/**
 * Who may see which digits. No row is in two parts.
 *
 * @param training what the first model is trained on
 * @param pool what cameras see, and so what may be captured
 * @param holdout what no camera sees and no model trains on: the rows to measure accuracy with
 */
public record DigitsSplit(List<DigitRow> training, List<DigitRow> pool, List<DigitRow> holdout) {
  /** Copies the lists. */
  public DigitsSplit {
    training = List.copyOf(training);
    pool = List.copyOf(pool);
    holdout = List.copyOf(holdout);
  }
}
