package io.flotilla.bundle.archive;

import io.flotilla.bundle.layout.BundleFiles;

/**
 * How large an archive may be. What is over a limit ends in {@code BUNDLE_TOO_LARGE} before any of
 * it is written.
 *
 * @param maxArchiveBytes size of the archive, from 1
 * @param maxFileBytes size of one file, from 1
 * @param maxFiles number of files, from 1
 */
public record ArchiveLimits(long maxArchiveBytes, long maxFileBytes, int maxFiles) {
  /** 2 GiB, in one file or in {@link BundleFiles#MAX_FILES}. */
  public static final ArchiveLimits DEFAULT =
      new ArchiveLimits(2L << 30, 2L << 30, BundleFiles.MAX_FILES);

  /** Checks that every limit is positive. */
  public ArchiveLimits {
    if (maxArchiveBytes < 1 || maxFileBytes < 1 || maxFiles < 1) {
      throw new IllegalArgumentException("limits of an archive are positive");
    }
  }
}
