package io.flotilla.bundle.archive;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.StorageFailures;
import io.flotilla.bundle.layout.BundleFiles;
import io.flotilla.bundle.layout.DurableFiles;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Map;
import java.util.SortedMap;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * Packs bundles into archives and unpacks them. There is exactly one archive of a folder's content;
 * unpacking refuses every other file. Both leave their result whole or not at all.
 */
public final class BundleArchive {
  private BundleArchive() {}

  /**
   * Packs a bundle's folder.
   *
   * @param directory the folder; it must not change meanwhile
   * @param archive the file to write or replace, outside of the folder
   * @return SHA-256 of the archive
   * @throws FlotillaException {@code BUNDLE_PATH_UNSAFE}, {@code BUNDLE_TOO_LARGE} or {@code
   *     BUNDLE_MALFORMED} if the folder is no bundle within {@link ArchiveLimits#DEFAULT}; {@code
   *     INPUT_INVALID} if the archive would lie in the folder; {@code FILE_MISSING}, {@code
   *     DISK_FULL} or {@code STORAGE_FAILED} if the disk fails
   */
  public static Digest pack(Path directory, Path archive) {
    if (archive.toAbsolutePath().normalize().startsWith(directory.toAbsolutePath().normalize())) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "an archive cannot lie in the folder that it packs");
    }
    SortedMap<String, Long> sizes = BundleFiles.list(directory);
    requireWithinLimits(sizes, ArchiveLimits.DEFAULT);
    Path partial = DurableFiles.partialOf(archive);
    try {
      MessageDigest sha256 = Digest.newSha256();
      try (OutputStream file = openForced(partial, StandardOpenOption.TRUNCATE_EXISTING);
          TarArchiveOutputStream tar =
              new TarArchiveOutputStream(
                  new BufferedOutputStream(new DigestOutputStream(file, sha256)),
                  TarHeader.BLOCK_BYTES,
                  StandardCharsets.US_ASCII.name())) {
        for (Map.Entry<String, Long> one : sizes.entrySet()) {
          tar.putArchiveEntry(new TarHeader(one.getKey(), one.getValue()).entry());
          Files.copy(directory.resolve(one.getKey()), tar);
          tar.closeArchiveEntry();
        }
      }
      DurableFiles.moveIntoPlace(partial, archive);
      return Digest.ofRaw(sha256.digest());
    } catch (IOException e) {
      throw cleanedUp(StorageFailures.of("pack " + directory + " into " + archive, e), partial);
    }
  }

  /**
   * Unpacks an archive.
   *
   * @param archive the archive
   * @param newDirectory the folder to make; it appears whole and forced to the disk, or not at all
   * @param limits what to accept
   * @throws FlotillaException {@code BUNDLE_MALFORMED} if the file is no archive or ends too early;
   *     {@code BUNDLE_NOT_CANONICAL} if packing its content would give other bytes; {@code
   *     BUNDLE_PATH_UNSAFE} for links and bad paths; {@code BUNDLE_TOO_LARGE} for what is over a
   *     limit; {@code CONFLICT} if the folder exists; {@code FILE_MISSING}, {@code DISK_FULL} or
   *     {@code STORAGE_FAILED} if the disk fails
   */
  public static void unpack(Path archive, Path newDirectory, ArchiveLimits limits) {
    if (Files.exists(newDirectory, LinkOption.NOFOLLOW_LINKS)) {
      throw new FlotillaException(
          ErrorCode.CONFLICT, "the folder " + newDirectory + " exists already");
    }
    Path partial = DurableFiles.partialOf(newDirectory);
    try {
      requireSize(archive, limits);
      DurableFiles.deleteTree(partial);
      // Once without writing, so that what is refused never touches the disk.
      read(archive, limits, (header, offset) -> OutputStream.nullOutputStream());
      Files.createDirectory(partial);
      read(archive, limits, (header, offset) -> openIn(partial, header.path()));
      DurableFiles.forceFolders(partial);
      DurableFiles.moveIntoPlace(partial, newDirectory);
    } catch (FlotillaException e) {
      throw cleanedUp(e, partial);
    } catch (IOException e) {
      throw cleanedUp(StorageFailures.of("unpack " + archive + " to " + newDirectory, e), partial);
    }
  }

  private static void read(Path archive, ArchiveLimits limits, ArchiveReader.Target target)
      throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(archive))) {
      new ArchiveReader(in, limits).readAll(target);
    }
  }

  private static void requireSize(Path archive, ArchiveLimits limits) throws IOException {
    long size = Files.size(archive);
    if (size > limits.maxArchiveBytes()) {
      throw new FlotillaException(
          ErrorCode.BUNDLE_TOO_LARGE,
          "an archive of %d bytes is over the limit of %d"
              .formatted(size, limits.maxArchiveBytes()));
    }
  }

  private static void requireWithinLimits(SortedMap<String, Long> sizes, ArchiveLimits limits) {
    if (sizes.isEmpty()) {
      throw new FlotillaException(ErrorCode.BUNDLE_MALFORMED, "the folder holds no file to pack");
    }
    long total = 2 * TarHeader.BLOCK_BYTES;
    for (Map.Entry<String, Long> one : sizes.entrySet()) {
      TarHeader header = new TarHeader(one.getKey(), one.getValue());
      total += TarHeader.BLOCK_BYTES + header.sizeBytes() + header.paddingBytes();
    }
    if (total > limits.maxArchiveBytes()) {
      throw new FlotillaException(
          ErrorCode.BUNDLE_TOO_LARGE,
          "the bundle packs to %d bytes, over the limit of %d"
              .formatted(total, limits.maxArchiveBytes()));
    }
  }

  private static OutputStream openIn(Path folder, String path) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(DurableFiles.parentOf(file));
    return openForced(file, StandardOpenOption.CREATE_NEW);
  }

  private static OutputStream openForced(Path file, StandardOpenOption how) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, how);
    return new FilterOutputStream(Channels.newOutputStream(channel)) {
      @Override
      public void write(byte[] bytes, int from, int length) throws IOException {
        out.write(bytes, from, length);
      }

      @Override
      public void close() throws IOException {
        try (channel) {
          if (channel.isOpen()) {
            channel.force(true);
          }
        }
      }
    };
  }

  private static FlotillaException cleanedUp(FlotillaException failure, Path partial) {
    try {
      DurableFiles.deleteTree(partial);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }
}
