package io.flotilla.registry.dataset.parquet;

import io.flotilla.registry.dataset.table.TableLimits;

/** Bytes of unpacked pages that are held at once. */
final class Budget {
  /** Most bytes: 256 MiB. */
  static final long MAX_BYTES = 256L << 20;

  private long held;

  /**
   * Takes a number of bytes.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code DATASET_INVALID} if they are too
   *     many
   */
  void take(long bytes) {
    held += bytes;
    if (held > MAX_BYTES) {
      throw TableLimits.invalid(
          "the pages of a row group need over %d bytes: write smaller pages".formatted(MAX_BYTES));
    }
  }

  /** Gives them back. */
  void giveBack(long bytes) {
    held -= bytes;
  }
}
