package io.flotilla.bundle.chunk;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.StorageFailures;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The chunks of an archive by their digests.
 *
 * @param sizeBytes size of the archive, 1 to {@link #MAX_ARCHIVE_BYTES}
 * @param chunks digest of each chunk in order; every chunk but the last has {@link #CHUNK_BYTES}
 */
public record ChunkTable(long sizeBytes, List<Digest> chunks) {
  /** Bytes of every chunk but the last: 64 KiB. */
  public static final int CHUNK_BYTES = 64 * 1024;

  /** Most bytes of an archive: 2 GiB. */
  public static final long MAX_ARCHIVE_BYTES = 2L << 30;

  /**
   * Checks that size and number of chunks agree.
   *
   * @throws FlotillaException {@code BUNDLE_TOO_LARGE} if the archive is over the limit; {@code
   *     BUNDLE_MALFORMED} if it is empty or has another number of chunks
   */
  public ChunkTable {
    chunks = List.copyOf(chunks);
    if (chunks.size() != countFor(sizeBytes)) {
      throw new FlotillaException(
          ErrorCode.BUNDLE_MALFORMED,
          "an archive of %d bytes has %d chunks, not %d"
              .formatted(sizeBytes, countFor(sizeBytes), chunks.size()));
    }
  }

  /**
   * Number of chunks of an archive.
   *
   * @throws FlotillaException {@code BUNDLE_TOO_LARGE} or {@code BUNDLE_MALFORMED} if the size is
   *     out of range
   */
  public static int countFor(long sizeBytes) {
    if (sizeBytes > MAX_ARCHIVE_BYTES) {
      throw new FlotillaException(
          ErrorCode.BUNDLE_TOO_LARGE,
          "an archive of %d bytes is over the limit of %d".formatted(sizeBytes, MAX_ARCHIVE_BYTES));
    }
    if (sizeBytes < 1) {
      throw new FlotillaException(ErrorCode.BUNDLE_MALFORMED, "an archive cannot be empty");
    }
    return Math.toIntExact((sizeBytes + CHUNK_BYTES - 1) / CHUNK_BYTES);
  }

  /**
   * The table of an archive file, read once.
   *
   * @throws FlotillaException {@code FILE_MISSING} or {@code STORAGE_FAILED} if it cannot be read;
   *     see {@link #countFor} for sizes
   */
  public static ChunkTable of(Path archive) {
    try (InputStream in = Files.newInputStream(archive)) {
      return of(in);
    } catch (IOException e) {
      throw StorageFailures.of("read the archive " + archive, e);
    }
  }

  /**
   * The table of an archive that is read from a stream to its end; the stream is not closed.
   *
   * @throws IOException if the stream fails
   * @throws FlotillaException see {@link #countFor}
   */
  public static ChunkTable of(InputStream archive) throws IOException {
    Builder table = new Builder();
    archive.transferTo(table);
    return table.build();
  }

  /**
   * Reads the raw table that came with an expected digest.
   *
   * @param sizeBytes size of the archive
   * @param raw the digests of the chunks, 32 bytes each, one after the other
   * @param expectedListDigest SHA-256 of {@code raw}
   * @throws FlotillaException {@code BUNDLE_DIGEST_MISMATCH} if the digest is another; {@code
   *     BUNDLE_MALFORMED} if the number of digests does not fit the size
   */
  public static ChunkTable parse(long sizeBytes, byte[] raw, Digest expectedListDigest) {
    if (!Digest.of(raw).equals(expectedListDigest)) {
      throw new FlotillaException(
          ErrorCode.BUNDLE_DIGEST_MISMATCH,
          "the chunk table is not the one with digest " + expectedListDigest);
    }
    if (raw.length != (long) countFor(sizeBytes) * Digest.BYTES) {
      throw new FlotillaException(
          ErrorCode.BUNDLE_MALFORMED,
          "a chunk table of %d bytes does not fit an archive of %d bytes"
              .formatted(raw.length, sizeBytes));
    }
    List<Digest> chunks = new ArrayList<>();
    for (int from = 0; from < raw.length; from += Digest.BYTES) {
      chunks.add(Digest.ofRaw(Arrays.copyOfRange(raw, from, from + Digest.BYTES)));
    }
    return new ChunkTable(sizeBytes, chunks);
  }

  /** The raw digests of the chunks, 32 bytes each, one after the other. */
  public byte[] rawDigests() {
    byte[] raw = new byte[chunks.size() * Digest.BYTES];
    for (int i = 0; i < chunks.size(); i++) {
      System.arraycopy(chunks.get(i).raw(), 0, raw, i * Digest.BYTES, Digest.BYTES);
    }
    return raw;
  }

  /** SHA-256 of {@link #rawDigests()}. */
  public Digest listDigest() {
    return Digest.of(rawDigests());
  }

  /** Number of chunks. */
  public int count() {
    return chunks.size();
  }

  /** Where a chunk begins in the archive, in bytes. */
  public long offsetOf(int index) {
    return (long) index * CHUNK_BYTES;
  }

  /** Length of a chunk in bytes. */
  public int lengthOf(int index) {
    return Math.toIntExact(Math.min(CHUNK_BYTES, sizeBytes - offsetOf(index)));
  }

  /** Whether this is the content of the chunk; false if there is no such chunk. */
  public boolean matches(int index, byte[] content) {
    return index >= 0
        && index < chunks.size()
        && content.length == lengthOf(index)
        && Digest.of(content).equals(chunks.get(index));
  }

  /** Makes the table of an archive that comes in pieces of any size. Not thread-safe. */
  static final class Builder extends OutputStream {
    private final List<Digest> chunks = new ArrayList<>();
    private final MessageDigest sha256 = Digest.newSha256();
    private long sizeBytes;

    @Override
    public void write(int one) {
      write(new byte[] {(byte) one}, 0, 1);
    }

    /** Takes the next bytes; what is over {@link #MAX_ARCHIVE_BYTES} is only counted. */
    @Override
    public void write(byte[] bytes, int from, int length) {
      for (int at = from; at < from + length; ) {
        int room = CHUNK_BYTES - (int) (sizeBytes % CHUNK_BYTES);
        int n = Math.min(room, from + length - at);
        if (sizeBytes < MAX_ARCHIVE_BYTES) {
          sha256.update(bytes, at, n);
        }
        sizeBytes += n;
        at += n;
        if (n == room && sizeBytes <= MAX_ARCHIVE_BYTES) {
          chunks.add(Digest.ofRaw(sha256.digest()));
        }
      }
    }

    /**
     * The table of all that was added; at most once.
     *
     * @throws FlotillaException see {@link #countFor}
     */
    ChunkTable build() {
      if (sizeBytes % CHUNK_BYTES != 0 && sizeBytes < MAX_ARCHIVE_BYTES) {
        chunks.add(Digest.ofRaw(sha256.digest()));
      }
      return new ChunkTable(sizeBytes, chunks);
    }
  }
}
