package io.flotilla.registry.model;

import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.name.Names;

/**
 * A dataset that a version is linked to.
 *
 * @param use what it served for
 * @param dataset {@code name:version}
 */
public record DatasetLink(Use use, String dataset) {
  /**
   * Checks the form of the reference, not whether there is such a dataset.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if it is no {@code name:version}
   */
  public DatasetLink {
    Names.requireReference("dataset", dataset);
  }

  /** What a dataset serves for. */
  public enum Use {
    /** The model was trained on it. */
    TRAINING,
    /** The model was judged by it. */
    VALIDATION,
    /** Drift is measured against it. */
    BASELINE
  }
}
