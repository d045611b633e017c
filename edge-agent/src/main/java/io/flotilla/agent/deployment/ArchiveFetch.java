package io.flotilla.agent.deployment;

import io.flotilla.agent.store.AgentFiles;
import io.flotilla.bundle.Digest;
import io.flotilla.bundle.chunk.ChunkTable;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.StorageFailures;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.BundlePart;
import io.flotilla.protocol.message.Need;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The archive of one assignment on its way to disk: a file of its final size, the chunk table whose
 * digest the assignment signs, and a bitmap of the chunks that are stored. A chunk counts only
 * after it matched the table.
 *
 * <p>The bitmap is not kept on disk: opening reads what is there and compares it with the table
 * again, so that it can never claim more than the file holds. Confined to one thread at a time.
 */
public final class ArchiveFetch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ArchiveFetch.class);
  private static final String ARCHIVE = "archive.tar";
  private static final String INDEX = "chunks.sha256";

  private final Path folder;
  private final Assignment assignment;
  private final FileChannel file;

  private @Nullable ChunkTable table;
  private final BitSet missing = new BitSet();

  private ArchiveFetch(Path folder, Assignment assignment, FileChannel file) {
    this.folder = folder;
    this.assignment = assignment;
    this.file = file;
  }

  /** What a part did. */
  public enum Effect {
    /** The chunk table is known now. */
    INDEXED,
    /** A missing chunk is stored now. */
    STORED,
    /** It was the last missing one. */
    COMPLETED,
    /** It was there already, or cannot be placed before the table is known. */
    NOT_NEEDED,
    /** It is not what the assignment signs: damaged, or meant to do harm. */
    WRONG
  }

  /**
   * Begins to fetch, or goes on with what an earlier life stored.
   *
   * @param folder the fetch's own folder; made if it is not there
   * @param freeBytes usable space on that disk
   * @throws FlotillaException {@code DISK_FULL} if archive and content would not fit; {@code
   *     STORAGE_FAILED}
   */
  public static ArchiveFetch open(Path folder, Assignment assignment, long freeBytes) {
    AgentFiles.makeFolder(folder);
    Path archive = folder.resolve(ARCHIVE);
    long size = assignment.archive().sizeBytes();
    try {
      long there = Files.exists(archive) ? Files.size(archive) : 0;
      if (freeBytes < 2 * size - there) {
        throw new FlotillaException(
            ErrorCode.DISK_FULL,
            "%s needs %d bytes to fetch and unpack, %d are free; free some"
                .formatted(assignment.target(), 2 * size - there, freeBytes));
      }
      FileChannel file =
          FileChannel.open(
              archive,
              Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
      try {
        if (file.size() > size) {
          file.truncate(size);
        } else if (file.size() < size) {
          file.write(ByteBuffer.wrap(new byte[1]), size - 1);
        }
        ArchiveFetch fetch = new ArchiveFetch(folder, assignment, file);
        fetch.resume();
        return fetch;
      } catch (IOException | FlotillaException e) {
        file.close();
        throw e;
      }
    } catch (IOException e) {
      throw StorageFailures.of("prepare " + archive, e);
    }
  }

  /** The bundle being fetched. */
  public Digest bundle() {
    return Digest.parse(assignment.target().bundle());
  }

  /** Whether every chunk is stored. */
  public boolean complete() {
    return table != null && missing.isEmpty();
  }

  /** Chunks not stored; all of them before the table is known. */
  public int missingChunks() {
    return table == null ? assignment.archive().chunkCount() : missing.cardinality();
  }

  /** What to ask for. */
  public Need need() {
    return new Need(
        1,
        assignment.target().bundle(),
        table == null,
        table == null ? new byte[0] : missing.toByteArray());
  }

  /**
   * Takes a part in.
   *
   * @throws FlotillaException {@code DISK_FULL} or {@code STORAGE_FAILED}
   */
  public Effect accept(BundlePart part) {
    return switch (part) {
      case BundlePart.Index index -> acceptIndex(index.digests());
      case BundlePart.Chunk chunk -> acceptChunk(chunk.index(), chunk.data());
    };
  }

  /** The archive in a fetch's folder. */
  public static Path archiveIn(Path folder) {
    return folder.resolve(ARCHIVE);
  }

  /** Closes the file; what is stored stays. */
  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      // What was not written is missed when the archive's digest is checked.
      LOG.warn("cannot close {}", archiveIn(folder), e);
    }
  }

  private Effect acceptIndex(byte[] raw) {
    if (table != null) {
      return Effect.NOT_NEEDED;
    }
    try {
      know(parse(raw));
    } catch (FlotillaException e) {
      return Effect.WRONG;
    }
    AgentFiles.write(folder.resolve(INDEX), raw);
    return Effect.INDEXED;
  }

  private Effect acceptChunk(int index, byte[] data) {
    ChunkTable known = table;
    if (known == null || (index >= 0 && index < known.count() && !missing.get(index))) {
      return Effect.NOT_NEEDED;
    }
    if (!known.matches(index, data)) {
      return Effect.WRONG;
    }
    ByteBuffer bytes = ByteBuffer.wrap(data);
    long at = known.offsetOf(index);
    try {
      while (bytes.hasRemaining()) {
        at += file.write(bytes, at);
      }
    } catch (IOException e) {
      throw StorageFailures.of("write " + archiveIn(folder), e);
    }
    missing.clear(index);
    return missing.isEmpty() ? Effect.COMPLETED : Effect.STORED;
  }

  private void resume() throws IOException {
    Path index = folder.resolve(INDEX);
    if (!Files.exists(index)) {
      return;
    }
    ChunkTable known;
    try {
      known = parse(Files.readAllBytes(index));
    } catch (FlotillaException e) {
      // Damaged on disk: as good as not there.
      Files.delete(index);
      return;
    }
    know(known);
    for (int i = 0; i < known.count(); i++) {
      ByteBuffer chunk = ByteBuffer.allocate(known.lengthOf(i));
      long at = known.offsetOf(i);
      int read = 0;
      while (read >= 0 && chunk.hasRemaining()) {
        read = file.read(chunk, at + chunk.position());
      }
      if (!chunk.hasRemaining() && known.matches(i, chunk.array())) {
        missing.clear(i);
      }
    }
  }

  private void know(ChunkTable known) {
    table = known;
    missing.set(0, known.count());
  }

  private ChunkTable parse(byte[] raw) {
    return ChunkTable.parse(
        assignment.archive().sizeBytes(), raw, Digest.parse(assignment.archive().chunkList()));
  }
}
