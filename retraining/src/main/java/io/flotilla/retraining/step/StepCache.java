package io.flotilla.retraining.step;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.StorageFailures;
import io.flotilla.bundle.layout.DurableFiles;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What steps made, by cache key, in one folder: {@code <key>/output} and {@code <key>/digest}. An
 * entry appears whole by a rename, so several workers may share the folder; it is verified whenever
 * it is used, and one that is damaged is made again.
 */
public final class StepCache {
  private static final String OUTPUT = "output";
  private static final String DIGEST = "digest";
  private static final String WORK = "work-";

  private final Path directory;
  private final Clock clock;

  /**
   * Opens the folder, which is made if it is not there.
   *
   * @throws FlotillaException {@code DISK_FULL}, {@code STORAGE_FAILED} if it cannot be used
   */
  public StepCache(Path directory, Clock clock) {
    this.directory = directory;
    this.clock = clock;
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw StorageFailures.of("use the step cache " + directory, e);
    }
  }

  /** The output that is kept under this key; empty if there is none or it is damaged. */
  public Optional<Artifact> find(Digest key) {
    Path entry = directory.resolve(key.hex());
    if (!Files.isDirectory(entry)) {
      return Optional.empty();
    }
    try {
      Digest digest = TreeDigest.of(entry.resolve(OUTPUT));
      Path noted = entry.resolve(DIGEST);
      if (!Files.isRegularFile(noted) || !Files.readString(noted).equals(digest.hex())) {
        DurableFiles.deleteTree(entry);
        return Optional.empty();
      }
      Files.setLastModifiedTime(entry, FileTime.from(clock.instant()));
      return Optional.of(new Artifact(entry.resolve(OUTPUT), digest));
    } catch (IOException e) {
      throw StorageFailures.of("read the step cache", e);
    }
  }

  /** An empty folder to work in, to be given to {@link #keep} or {@link #discard}. */
  public Path begin() {
    try {
      Path work = Files.createTempDirectory(directory, WORK);
      return Files.createDirectory(work.resolve(OUTPUT));
    } catch (IOException e) {
      throw StorageFailures.of("begin a step", e);
    }
  }

  /** Keeps what lies in a folder from {@link #begin} under this key. */
  public Artifact keep(Digest key, Path output) {
    Path work = workOf(output);
    Path entry = directory.resolve(key.hex());
    try {
      Digest digest = TreeDigest.of(output);
      Files.writeString(work.resolve(DIGEST), digest.hex());
      try {
        Files.move(work, entry, StandardCopyOption.ATOMIC_MOVE);
      } catch (FileSystemException e) {
        if (!Files.isDirectory(entry)) {
          throw e;
        }
        // Another worker was faster: what it made stands.
        DurableFiles.deleteTree(work);
        return find(key).orElseThrow(() -> StorageFailures.of("keep a step's output", e));
      }
      return new Artifact(entry.resolve(OUTPUT), digest);
    } catch (IOException e) {
      throw StorageFailures.of("keep a step's output", e);
    }
  }

  /** Removes a folder from {@link #begin}. */
  public void discard(Path output) {
    try {
      DurableFiles.deleteTree(workOf(output));
    } catch (IOException e) {
      throw StorageFailures.of("discard a step's output", e);
    }
  }

  /**
   * Removes what killed workers left and, beginning with those unused for longest, entries until at
   * most {@code maxBytes} are left. To be called only while no worker uses the folder.
   */
  public void prune(long maxBytes) {
    try {
      List<Path> entries;
      try (Stream<Path> all = Files.list(directory)) {
        entries = all.toList();
      }
      long total = 0;
      for (Path entry : entries.stream().sorted(newestFirst()).toList()) {
        total += Trees.size(entry);
        if (total > maxBytes || entry.getFileName().toString().startsWith(WORK)) {
          DurableFiles.deleteTree(entry);
        }
      }
    } catch (IOException e) {
      throw StorageFailures.of("prune the step cache", e);
    }
  }

  private static Comparator<Path> newestFirst() {
    return Comparator.<Path>comparingLong(entry -> entry.toFile().lastModified())
        .reversed()
        .thenComparing(Comparator.naturalOrder());
  }

  private static Path workOf(Path output) {
    Path work = output.getParent();
    if (work == null) {
      throw new IllegalArgumentException("not a folder of this cache: " + output);
    }
    return work;
  }
}
