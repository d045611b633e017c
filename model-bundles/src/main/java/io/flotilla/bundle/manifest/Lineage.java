package io.flotilla.bundle.manifest;

import java.util.List;
import java.util.Optional;

/**
 * Where a model came from.
 *
 * @param gitCommit commit of the code that made it, 40 or 64 hexadecimal digits; empty if unknown
 * @param gitDirty whether that code had changes that the commit does not hold
 * @param datasets what it was trained on, each as {@code name:version@sha256:…}; at most 64
 * @param run id of the pipeline run that made it; empty if none did
 */
public record Lineage(
    Optional<String> gitCommit, boolean gitDirty, List<String> datasets, Optional<String> run) {
  /** Nothing is known. */
  public static final Lineage UNKNOWN =
      new Lineage(Optional.empty(), false, List.of(), Optional.empty());

  private static final int MAX_DATASETS = 64;

  /**
   * Checks the number of datasets and the form of the commit.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code MANIFEST_INVALID} if there are too
   *     many datasets or the commit is not one
   */
  public Lineage {
    datasets = List.copyOf(datasets);
    Invalid.unless(datasets.size() <= MAX_DATASETS, "the lineage has too many datasets");
    Invalid.unless(
        gitCommit.map(commit -> commit.matches("[0-9a-f]{40}([0-9a-f]{24})?")).orElse(true),
        "the lineage's commit is not 40 or 64 hexadecimal digits");
  }
}
