package io.flotilla.registry.blob;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.layout.DurableFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Content-addressed files in one folder: {@code ab/abcd…}. A blob appears whole and on the disk, or
 * not at all: it is written to {@code tmp/}, synced, renamed, and its folder is synced. Content is
 * verified whenever a blob is asked for. Thread-safe within the one process that has the folder:
 * open it after the record store beside it, whose lock keeps other processes out.
 */
public final class BlobStore {
  private static final Logger LOG = LoggerFactory.getLogger(BlobStore.class);
  private static final int BUFFER_BYTES = 1 << 16;

  private final Path directory;
  private final Path temporary;
  private final AtomicLong scratches = new AtomicLong();

  /**
   * Opens the folder, makes it if it is not there, and removes what a cut left in {@code tmp/}.
   *
   * @throws FlotillaException {@code DISK_FULL}, {@code STORE_FAILED} if the folder cannot be used
   */
  public BlobStore(Path directory) {
    this.directory = directory;
    this.temporary = directory.resolve("tmp");
    try {
      Files.createDirectories(temporary);
      try (Stream<Path> left = Files.list(temporary)) {
        for (Path file : left.toList()) {
          DurableFiles.deleteTree(file);
        }
      }
    } catch (IOException e) {
      throw StoreFailures.of("the blob folder %s cannot be used".formatted(directory), e);
    }
  }

  /**
   * Stores everything that the stream has left. Storing the same content again is allowed and heals
   * a damaged blob. On any failure nothing is left behind.
   *
   * @param maxBytes largest content accepted
   * @return the content's digest
   * @throws FlotillaException {@code REQUEST_TOO_LARGE} if there is more than {@code maxBytes};
   *     {@code DISK_FULL}; {@code STORE_FAILED} if the stream or the disk fails
   */
  public Digest put(InputStream content, long maxBytes) {
    try (Staged staged = stage(content, maxBytes)) {
      staged.keep();
      return staged.digest();
    }
  }

  /**
   * Takes everything that the stream has left into a temporary file, so that it can be looked at
   * before it is kept. The caller closes what it gets, kept or not.
   *
   * @param maxBytes largest content accepted
   * @throws FlotillaException as {@link #put}
   */
  public Staged stage(InputStream content, long maxBytes) {
    Path file = null;
    try {
      file = Files.createTempFile(temporary, "blob", "");
      Digest digest = copySynced(content, file, maxBytes);
      Staged staged = new Staged(file, digest);
      file = null;
      return staged;
    } catch (IOException e) {
      throw StoreFailures.of("the content cannot be stored", e);
    } finally {
      removeTemporary(file);
    }
  }

  /** Whether a blob of this digest is there, without verifying it. */
  public boolean contains(Digest digest) {
    return Files.isRegularFile(place(digest));
  }

  /**
   * The file of a blob, after its whole content was verified. The file must not be changed.
   *
   * @throws FlotillaException {@code NOT_FOUND} if there is none; {@code STORE_CORRUPT} if its
   *     content has another digest; {@code STORE_FAILED} if it cannot be read
   */
  public Path path(Digest digest) {
    Path file = place(digest);
    if (!Files.isRegularFile(file)) {
      throw new FlotillaException(ErrorCode.NOT_FOUND, "no blob %s is stored".formatted(digest));
    }
    try {
      if (!Digest.ofFile(file).equals(digest)) {
        throw new FlotillaException(
            ErrorCode.STORE_CORRUPT,
            "the blob %s is damaged: store the same content again".formatted(digest));
      }
      return file;
    } catch (IOException e) {
      throw StoreFailures.of("the blob %s cannot be read".formatted(digest), e);
    }
  }

  /** The content of a blob, verified as by {@link #path}; the caller closes it. */
  public InputStream open(Digest digest) {
    Path file = path(digest);
    try {
      return Files.newInputStream(file);
    } catch (IOException e) {
      throw StoreFailures.of("the blob %s cannot be read".formatted(digest), e);
    }
  }

  /**
   * Removes a blob.
   *
   * @return whether there was one
   * @throws FlotillaException {@code STORE_FAILED} if the file system refuses
   */
  public boolean delete(Digest digest) {
    try {
      return Files.deleteIfExists(place(digest));
    } catch (IOException e) {
      throw StoreFailures.of("the blob %s cannot be deleted".formatted(digest), e);
    }
  }

  /** A place in the temporary folder, to unpack things to. */
  public Scratch scratch() {
    return new Scratch(temporary.resolve("scratch-" + scratches.incrementAndGet()));
  }

  /** A place that is removed with all that is there. */
  public static final class Scratch implements AutoCloseable {
    private final Path path;

    private Scratch(Path path) {
      this.path = path;
    }

    /** Nothing is there yet. */
    public Path path() {
      return path;
    }

    /** Removes what was put there. */
    @Override
    public void close() {
      removeTemporary(path);
    }
  }

  /** Content on the disk that is not a blob yet. Confined to one thread. */
  public final class Staged implements AutoCloseable {
    private final Path file;
    private final Digest digest;

    private Staged(Path file, Digest digest) {
      this.file = file;
      this.digest = digest;
    }

    /** The temporary file; it must not be changed, and is gone once kept or closed. */
    public Path file() {
      return file;
    }

    /** Digest of the content. */
    public Digest digest() {
      return digest;
    }

    /**
     * Makes it a blob; at most once.
     *
     * @throws FlotillaException {@code DISK_FULL}, {@code STORE_FAILED} if the disk fails
     */
    public void keep() {
      Path folder = folder(digest);
      try {
        if (Files.notExists(folder)) {
          Files.createDirectories(folder);
          DurableFiles.force(directory);
        }
        Files.move(file, folder.resolve(digest.hex()), StandardCopyOption.ATOMIC_MOVE);
        DurableFiles.force(folder);
      } catch (IOException e) {
        throw StoreFailures.of("the blob %s cannot be kept".formatted(digest), e);
      }
    }

    /** Removes the temporary file if it was not kept. */
    @Override
    public void close() {
      removeTemporary(file);
    }
  }

  private Path place(Digest digest) {
    return folder(digest).resolve(digest.hex());
  }

  private Path folder(Digest digest) {
    return directory.resolve(digest.hex().substring(0, 2));
  }

  private static Digest copySynced(InputStream content, Path file, long maxBytes)
      throws IOException {
    MessageDigest sha256 = Digest.newSha256();
    byte[] buffer = new byte[BUFFER_BYTES];
    long total = 0;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      OutputStream out = Channels.newOutputStream(channel);
      for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
        total += n;
        if (total > maxBytes) {
          throw new FlotillaException(
              ErrorCode.REQUEST_TOO_LARGE,
              "the content is over the limit of %d bytes".formatted(maxBytes));
        }
        sha256.update(buffer, 0, n);
        out.write(buffer, 0, n);
      }
      channel.force(true);
    }
    return Digest.ofRaw(sha256.digest());
  }

  private static void removeTemporary(@Nullable Path file) {
    if (file == null) {
      return;
    }
    try {
      DurableFiles.deleteTree(file);
    } catch (IOException e) {
      LOG.warn("{} is left until the next start", file, e);
    }
  }
}
