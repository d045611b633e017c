package io.flotilla.drift;

/**
 * The rows of one cohort that its baseline is built from, in the order in which they came.
 *
 * @param rows one array of feature values per row; not copied, and not to be changed meanwhile
 * @param predicted index of the predicted category of each row; empty where predictions are not
 *     watched
 */
@SuppressWarnings("ArrayRecordComponent")
public record CohortRows(float[][] rows, int[] predicted) {
  /**
   * Checks that there is a prediction for each row, or none.
   *
   * @throws IllegalArgumentException if there is another number of them
   */
  public CohortRows {
    if (predicted.length != 0 && predicted.length != rows.length) {
      throw new IllegalArgumentException(
          "%d predictions for %d rows".formatted(predicted.length, rows.length));
    }
  }

  /** Rows without predictions. */
  public static CohortRows of(float[][] rows) {
    return new CohortRows(rows, new int[0]);
  }
}
