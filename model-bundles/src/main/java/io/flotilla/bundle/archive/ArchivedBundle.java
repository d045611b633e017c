package io.flotilla.bundle.archive;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.StorageFailures;
import io.flotilla.bundle.layout.DurableFiles;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A bundle that is read where it lies, in its archive.
 *
 * @param archive the file; it must not change
 * @param index what is in it
 */
public record ArchivedBundle(Path archive, ArchiveIndex index) {
  /**
   * The bundle in an archive, which is read once.
   *
   * @throws FlotillaException as {@link ArchiveIndex#read}, and {@code FILE_MISSING} if there is no
   *     such file
   */
  public static ArchivedBundle open(Path archive, ArchiveLimits limits) {
    try (InputStream in = Files.newInputStream(archive)) {
      return new ArchivedBundle(archive, ArchiveIndex.read(in, limits));
    } catch (IOException e) {
      throw StorageFailures.of("read the archive " + archive, e);
    }
  }

  /**
   * The content of one file; empty if the bundle has none of this path.
   *
   * @param maxBytes most bytes to take
   * @throws FlotillaException {@code BUNDLE_TOO_LARGE} if it has more; {@code
   *     BUNDLE_DIGEST_MISMATCH} if the archive was changed since it was indexed; {@code
   *     FILE_MISSING}, {@code STORAGE_FAILED} if the disk fails
   */
  public Optional<byte[]> read(String path, int maxBytes) {
    Optional<ArchiveEntry> found = index.find(path);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    ArchiveEntry entry = found.get();
    if (entry.sizeBytes() > maxBytes) {
      throw new FlotillaException(
          ErrorCode.BUNDLE_TOO_LARGE, "%s is over the limit of %d bytes".formatted(path, maxBytes));
    }
    try (InputStream in = Files.newInputStream(archive)) {
      in.skipNBytes(entry.offset());
      byte[] content = in.readNBytes((int) entry.sizeBytes());
      if (!Digest.of(content).equals(entry.digest())) {
        throw changed(path);
      }
      return Optional.of(content);
    } catch (EOFException e) {
      throw changed(path);
    } catch (IOException e) {
      throw StorageFailures.of("read the archive " + archive, e);
    }
  }

  /**
   * Writes some files of the bundle to a folder, for a while: nothing is forced to the disk.
   *
   * @param which chooses by path
   * @param directory made if it is not there; must not hold any of the files
   * @throws FlotillaException {@code BUNDLE_DIGEST_MISMATCH} if the archive was cut since it was
   *     indexed; {@code DISK_FULL}, {@code STORAGE_FAILED} if the disk fails
   */
  public void extract(Predicate<String> which, Path directory) {
    try (FileChannel from = FileChannel.open(archive, StandardOpenOption.READ)) {
      Files.createDirectories(directory);
      for (ArchiveEntry entry : index.entries()) {
        if (which.test(entry.path())) {
          Path file = directory.resolve(entry.path());
          Files.createDirectories(DurableFiles.parentOf(file));
          copy(from, entry, file);
        }
      }
    } catch (IOException e) {
      throw StorageFailures.of("unpack " + archive + " to " + directory, e);
    }
  }

  private static void copy(FileChannel from, ArchiveEntry entry, Path file) throws IOException {
    try (FileChannel to =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      long done = 0;
      while (done < entry.sizeBytes()) {
        long n = from.transferTo(entry.offset() + done, entry.sizeBytes() - done, to);
        if (n == 0) {
          throw changed(entry.path());
        }
        done += n;
      }
    }
  }

  private static FlotillaException changed(String path) {
    return new FlotillaException(
        ErrorCode.BUNDLE_DIGEST_MISMATCH,
        "the archive was changed while %s was read: pack it again".formatted(path));
  }
}
