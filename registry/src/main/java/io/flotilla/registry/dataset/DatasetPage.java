package io.flotilla.registry.dataset;

import java.util.List;
import java.util.Optional;

/**
 * A part of a list of datasets.
 *
 * @param datasets by name and version
 * @param next where the next page begins; empty at the end. A page may have fewer entries than
 *     asked for, or none, and still a next one
 */
public record DatasetPage(List<Dataset> datasets, Optional<String> next) {
  /** Copies the collection. */
  public DatasetPage {
    datasets = List.copyOf(datasets);
  }
}
