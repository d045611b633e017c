package io.flotilla.registry.blob;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Content-addressed files in one folder: {@code ab/abcd…}. A blob appears whole and on the disk, or
 * not at all: it is written to {@code tmp/}, synced, renamed, and its folder is synced. Content is
 * verified whenever a blob is asked for. Thread-safe within the one process that has the folder:
 * open it after the record store beside it, whose lock keeps other processes out.
 *
 * <p>A blob that no record names is removed by {@link BlobCollector}. So whoever stores a record
 * that names a blob has the blob pinned until that record is on the disk: by an open {@link Staged}
 * or by {@link #pin}.
 */
public final class BlobStore {
  private static final Logger LOG = LoggerFactory.getLogger(BlobStore.class);
  private static final Pattern FOLDER = Pattern.compile("[0-9a-f]{2}");
  private static final Pattern NAME = Pattern.compile("[0-9a-f]{64}");

  private final Path directory;
  private final Path temporary;
  private final FileSteps steps;
  private final Pins pins = new Pins();
  private final AtomicLong temporaries = new AtomicLong();

  /** Names of the folders of blobs that are on the disk. */
  private final Set<String> folders = ConcurrentHashMap.newKeySet();

  /**
   * Opens the folder, makes it if it is not there, and removes what a cut left in {@code tmp/}.
   *
   * @throws FlotillaException {@code DISK_FULL}, {@code STORE_FAILED} if the folder cannot be used
   */
  public BlobStore(Path directory) {
    this(directory, FileSteps.REAL);
  }

  /** The same on a disk of the caller's. */
  public BlobStore(Path directory, FileSteps steps) {
    this.directory = directory;
    this.temporary = directory.resolve("tmp");
    this.steps = steps;
    try {
      steps.createFolders(temporary);
      for (Path left : list(temporary)) {
        steps.delete(left);
      }
      steps.force(directory);
      for (Path folder : list(directory)) {
        folders.add(name(folder));
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

  /** Takes content as {@link #stage(InputStream, long, List)} does; nobody else looks at it. */
  public Staged stage(InputStream content, long maxBytes) {
    return stage(content, maxBytes, List.of());
  }

  /**
   * Takes everything that the stream has left into a temporary file, so that it can be looked at
   * before it is kept. The caller closes what it gets, kept or not.
   *
   * @param maxBytes largest content accepted
   * @param onlookers see the content meanwhile; what one of them throws passes through once all of
   *     it has arrived
   * @throws FlotillaException as {@link #put}
   */
  public Staged stage(InputStream content, long maxBytes, List<Onlooker> onlookers) {
    Path file = newTemporary("blob-");
    boolean done = false;
    try {
      Digest digest;
      try (FileChannel out = steps.create(file)) {
        digest = Content.pass(content, maxBytes, new Content.ForcingSink(out), onlookers);
      }
      steps.force(file);
      done = true;
      return new Staged(file, digest);
    } catch (IOException e) {
      throw StoreFailures.of("the content cannot be stored", e);
    } finally {
      if (!done) {
        removeTemporary(file);
      }
    }
  }

  /**
   * Takes a file over without copying it, if it lies on the blobs' file system; else with copying.
   * It must be the caller's alone, so that nobody writes to it any more: one that it received into
   * a private folder. It is gone from its place afterwards, also if this fails, except when it is
   * refused for its size.
   *
   * @param maxBytes largest content accepted
   * @param onlookers as in {@link #stage(InputStream, long, List)}
   * @throws FlotillaException as {@link #put}; {@code FILE_MISSING} if it is no file
   */
  public Staged stage(Path file, long maxBytes, List<Onlooker> onlookers) {
    Path taken = newTemporary("blob-");
    boolean done = false;
    try {
      Content.requireFile(file, maxBytes);
      Digest digest;
      if (takeOver(file, taken)) {
        try (InputStream in = Files.newInputStream(taken)) {
          digest = Content.pass(in, maxBytes, Content.Sink.NONE, onlookers);
        }
      } else {
        try (InputStream in = Files.newInputStream(file);
            FileChannel out = steps.create(taken)) {
          digest = Content.pass(in, maxBytes, new Content.ForcingSink(out), onlookers);
        }
        steps.delete(file);
      }
      steps.force(taken);
      done = true;
      return new Staged(taken, digest);
    } catch (IOException e) {
      throw StoreFailures.of("the file %s cannot be stored".formatted(file), e);
    } finally {
      if (!done) {
        removeTemporary(taken);
      }
    }
  }

  /** Whether a blob of this digest is there, without verifying it. */
  public boolean contains(Digest digest) {
    return Files.isRegularFile(fileOf(digest));
  }

  /**
   * The file of a blob, after its whole content was verified. The file must not be changed, and
   * stays for as long as a record names it or the caller has it pinned.
   *
   * @throws FlotillaException {@code NOT_FOUND} if there is none; {@code STORE_CORRUPT} if its
   *     content has another digest; {@code STORE_FAILED} if it cannot be read
   */
  public Path path(Digest digest) {
    try {
      requireIntact(digest, Digest.ofFile(fileOf(digest)));
      return fileOf(digest);
    } catch (IOException e) {
      throw unreadable(digest, e);
    }
  }

  /**
   * The content of a blob, verified as by {@link #path}; the caller closes it. It can be read to
   * its end even if the blob is deleted or replaced meanwhile.
   */
  public InputStream open(Digest digest) {
    FileChannel channel = null;
    try {
      channel = FileChannel.open(fileOf(digest), StandardOpenOption.READ);
      InputStream content = Channels.newInputStream(channel);
      requireIntact(digest, Content.digest(content));
      channel.position(0);
      channel = null;
      return content;
    } catch (IOException e) {
      throw unreadable(digest, e);
    } finally {
      closeQuietly(channel);
    }
  }

  /**
   * Where the file of a blob is, or would be, without looking at it: for who verifies its content
   * while reading it.
   */
  public Path fileOf(Digest digest) {
    return folder(digest).resolve(digest.hex());
  }

  /**
   * Every blob that is there, in the order of the digests, without verifying them. The folders are
   * read one by one while the stream is used; it throws {@code STORE_FAILED} if one cannot be read.
   */
  public Stream<Digest> digests() {
    try {
      return list(directory).stream()
          .filter(folder -> FOLDER.matcher(name(folder)).matches())
          .sorted()
          .flatMap(BlobStore::blobsIn);
    } catch (IOException e) {
      throw StoreFailures.of("the blob folder %s cannot be read".formatted(directory), e);
    }
  }

  /**
   * Keeps a blob from being deleted until the pin is closed; there need not be a blob yet. For who
   * uses its file or is about to store a record that names it.
   */
  public Pin pin(Digest digest) {
    pins.pin(digest);
    return new Pin(() -> pins.unpin(digest));
  }

  /** Keeps all blobs from being deleted until the pin is closed: for a backup. */
  public Pin pinAll() {
    pins.hold();
    return new Pin(pins::release);
  }

  /**
   * Removes a blob, unless it is pinned. One that stays because of that is left to the next {@link
   * BlobCollector#collect}.
   *
   * @return whether there was one and it is gone
   * @throws FlotillaException {@code STORE_FAILED} if the file system refuses
   */
  public boolean delete(Digest digest) {
    return remove(digest).isPresent();
  }

  /** Removes a blob as {@link #delete} does; its bytes, or empty if none was removed. */
  OptionalLong remove(Digest digest) {
    Path file = fileOf(digest);
    try {
      return pins.delete(
          digest,
          () -> {
            if (!Files.isRegularFile(file)) {
              return OptionalLong.empty();
            }
            long bytes = Files.size(file);
            steps.delete(file);
            return OptionalLong.of(bytes);
          });
    } catch (IOException e) {
      throw StoreFailures.of("the blob %s cannot be deleted".formatted(digest), e);
    }
  }

  /** A place in the temporary folder, to unpack things to. */
  public Scratch scratch() {
    return new Scratch(newTemporary("scratch-"));
  }

  /** For the collector. */
  Pins pins() {
    return pins;
  }

  /** Keeps something from being deleted until it is closed. Thread-safe. */
  public static final class Pin implements AutoCloseable {
    private final Runnable release;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Pin(Runnable release) {
      this.release = release;
    }

    /** Lets go; a second call does nothing. */
    @Override
    public void close() {
      if (closed.compareAndSet(false, true)) {
        release.run();
      }
    }
  }

  /** A place that is removed with all that is there. */
  public final class Scratch implements AutoCloseable {
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

  /**
   * Content on the disk that is not a blob yet. Its digest is pinned until this is closed: close it
   * only when the record that names the blob is on the disk. Confined to one thread at a time.
   */
  public final class Staged implements AutoCloseable {
    private final Path file;
    private final Digest digest;
    private final Pin pin;

    private Staged(Path file, Digest digest) {
      this.file = file;
      this.digest = digest;
      this.pin = pin(digest);
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
        if (!folders.contains(name(folder))) {
          steps.createFolders(folder);
          steps.force(directory);
          folders.add(name(folder));
        }
        steps.move(file, folder.resolve(digest.hex()));
        steps.force(folder);
      } catch (IOException e) {
        throw StoreFailures.of("the blob %s cannot be kept".formatted(digest), e);
      }
    }

    /** Removes the temporary file if it was not kept, and unpins the blob. */
    @Override
    public void close() {
      removeTemporary(file);
      pin.close();
    }
  }

  private Path folder(Digest digest) {
    return directory.resolve(digest.hex().substring(0, 2));
  }

  private Path newTemporary(String prefix) {
    return temporary.resolve(prefix + temporaries.incrementAndGet());
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.toList();
    }
  }

  private static Stream<Digest> blobsIn(Path folder) {
    try {
      return list(folder).stream()
          .map(BlobStore::name)
          .filter(name -> NAME.matcher(name).matches() && name.startsWith(name(folder)))
          .sorted()
          .map(Digest::new);
    } catch (IOException e) {
      throw StoreFailures.of("the blob folder %s cannot be read".formatted(folder), e);
    }
  }

  /** Whether the file could be renamed; otherwise it is still where it was. */
  private boolean takeOver(Path file, Path taken) throws IOException {
    try {
      steps.move(file, taken);
      return true;
    } catch (AtomicMoveNotSupportedException e) {
      LOG.debug("{} is copied: it lies on another file system", file, e);
      return false;
    }
  }

  private static void requireIntact(Digest wanted, Digest found) {
    if (!found.equals(wanted)) {
      throw new FlotillaException(
          ErrorCode.STORE_CORRUPT,
          "the blob %s is damaged: store the same content again".formatted(wanted));
    }
  }

  private static FlotillaException unreadable(Digest digest, IOException e) {
    return e instanceof NoSuchFileException
        ? new FlotillaException(ErrorCode.NOT_FOUND, "no blob %s is stored".formatted(digest), e)
        : StoreFailures.of("the blob %s cannot be read".formatted(digest), e);
  }

  private void removeTemporary(Path file) {
    try {
      steps.delete(file);
    } catch (IOException e) {
      LOG.warn("{} is left until the next start", file, e);
    }
  }

  private static void closeQuietly(@Nullable FileChannel channel) {
    if (channel == null) {
      return;
    }
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("a blob that was read cannot be closed", e);
    }
  }
}
