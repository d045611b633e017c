package io.flotilla.registry.model;

import io.flotilla.bundle.archive.ArchiveIndex;
import io.flotilla.bundle.archive.ArchiveLimits;
import io.flotilla.bundle.chunk.ChunkTable;
import io.flotilla.registry.blob.Onlooker;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Reads an archive while it passes by on its way to the disk, so that its bytes are never fetched
 * again: one onlooker computes the digests of its files, one those of its chunks.
 */
final class ArchiveReading {
  private final AtomicReference<@Nullable ArchiveIndex> index = new AtomicReference<>();
  private final AtomicReference<@Nullable ChunkTable> chunks = new AtomicReference<>();
  private final ArchiveLimits limits;

  ArchiveReading(ArchiveLimits limits) {
    this.limits = limits;
  }

  /** Throw as {@link ArchiveIndex#read} and {@link ChunkTable#of} do, in this order. */
  List<Onlooker> onlookers() {
    return List.of(
        archive -> index.set(ArchiveIndex.read(archive, limits)),
        archive -> chunks.set(ChunkTable.of(archive)));
  }

  /** The files of the archive, now that it has passed by. */
  ArchiveIndex index() {
    return there(index);
  }

  /** Its chunks. */
  ChunkTable chunks() {
    return there(chunks);
  }

  private static <T> T there(AtomicReference<@Nullable T> read) {
    T result = read.get();
    if (result == null) {
      throw new IllegalStateException("the archive has not passed by");
    }
    return result;
  }
}
