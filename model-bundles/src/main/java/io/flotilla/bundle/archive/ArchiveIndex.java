package io.flotilla.bundle.archive;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.StorageFailures;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The files of an archive with their digests, found in one pass and without unpacking.
 *
 * @param entries in the strict order of their paths
 */
public record ArchiveIndex(List<ArchiveEntry> entries) {
  /** Copies the list. */
  public ArchiveIndex {
    entries = List.copyOf(entries);
  }

  /**
   * Reads an archive to its end. What {@link BundleArchive#unpack} would refuse is refused.
   *
   * @param archive the archive; not closed
   * @param limits what to accept
   * @throws FlotillaException {@code BUNDLE_MALFORMED} if it is no archive or ends too early;
   *     {@code BUNDLE_NOT_CANONICAL} if packing its content would give other bytes; {@code
   *     BUNDLE_PATH_UNSAFE} for links and bad paths; {@code BUNDLE_TOO_LARGE} for what is over a
   *     limit; {@code STORAGE_FAILED} if the stream fails
   */
  public static ArchiveIndex read(InputStream archive, ArchiveLimits limits) {
    List<ArchiveEntry> entries = new ArrayList<>();
    try {
      new ArchiveReader(archive, limits)
          .readAll((header, offset) -> new Hashing(header, offset, entries));
    } catch (IOException e) {
      throw StorageFailures.of("read the archive", e);
    }
    return new ArchiveIndex(entries);
  }

  /** The file of this path; empty if there is none. */
  public Optional<ArchiveEntry> find(String path) {
    return entries.stream().filter(entry -> entry.path().equals(path)).findFirst();
  }

  /** Hashes the content of one file and adds its entry when it is closed. */
  private static final class Hashing extends DigestOutputStream {
    private final TarHeader header;
    private final long offset;
    private final List<ArchiveEntry> entries;

    Hashing(TarHeader header, long offset, List<ArchiveEntry> entries) {
      super(OutputStream.nullOutputStream(), Digest.newSha256());
      this.header = header;
      this.offset = offset;
      this.entries = entries;
    }

    @Override
    public void close() {
      MessageDigest sha256 = getMessageDigest();
      entries.add(
          new ArchiveEntry(
              header.path(), offset, header.sizeBytes(), Digest.ofRaw(sha256.digest())));
    }
  }
}
