package io.flotilla.controller.app;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.blob.BlobStore;
import io.flotilla.registry.store.RecordStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Tells a controller that lost its records from one that never had any. Without this a lost folder
 * would be taken for a fresh start, and every blob for one that nothing needs.
 */
final class LostStore {
  private LostStore() {}

  /**
   * To be called before the store is opened, which makes it if it is not there.
   *
   * @param folder the store's
   * @param key a file that only a controller makes, after it has a store
   * @throws FlotillaException {@code STORE_CORRUPT} if the store is gone
   */
  static void requireThere(Path folder, Path key) {
    if (!Files.exists(folder.resolve("CURRENT")) && Files.exists(key)) {
      throw lost("%s has no store, but there is %s".formatted(folder, key));
    }
  }

  /**
   * To be called before anything is written to the store.
   *
   * @param folder the store's
   * @throws FlotillaException {@code STORE_CORRUPT} if there are blobs and not a single record
   */
  static void requireRecords(RecordStore store, Path folder, BlobStore blobs) {
    if (!store.scan("", "", 1).isEmpty()) {
      return;
    }
    try (Stream<Digest> all = blobs.digests()) {
      all.findAny()
          .ifPresent(
              blob -> {
                throw lost(
                    "the store %s is empty, but there is the blob %s".formatted(folder, blob));
              });
    }
  }

  private static FlotillaException lost(String what) {
    return new FlotillaException(
        ErrorCode.STORE_CORRUPT,
        "the records are missing: "
            + what
            + "; restore a backup into a fresh folder, or remove pki and blobs to begin with"
            + " nothing");
  }
}
