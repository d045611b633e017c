package io.flotilla.registry.crash;

import io.flotilla.registry.blob.FileSteps;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A disk whose every step can be cut, and which forgets, as a disk does that loses power: the
 * content of files that were not forced, and the last changes of folders that were not forced.
 * Confined to one thread.
 */
final class CutDisk implements FileSteps {
  private final CutPoint cut;
  private final Path grave;
  private final AtomicLong buried = new AtomicLong();

  /** Files whose content was not forced. */
  private final Set<Path> unforced = new HashSet<>();

  /** What was done to folders that were not forced since, the newest last. */
  private final Deque<Change> changes = new ArrayDeque<>();

  private record Change(Path folder, Undo undo) {}

  @FunctionalInterface
  private interface Undo {
    void run() throws IOException;
  }

  /** A disk with a folder beside it for what may have to come back. */
  CutDisk(CutPoint cut, Path grave) {
    this.cut = cut;
    this.grave = grave;
  }

  @Override
  public FileChannel create(Path file) throws IOException {
    return cut.step(
        () -> {
          FileChannel channel = FileSteps.super.create(file);
          unforced.add(file);
          remember(file, () -> Files.deleteIfExists(file));
          return channel;
        });
  }

  @Override
  public void createFolders(Path folder) throws IOException {
    cut.step(
        () -> {
          if (Files.notExists(folder)) {
            FileSteps.super.createFolders(folder);
            remember(folder, () -> Files.deleteIfExists(folder));
          }
          return folder;
        });
  }

  @Override
  public void force(Path path) throws IOException {
    cut.step(
        () -> {
          FileSteps.super.force(path);
          unforced.remove(path);
          changes.removeIf(change -> change.folder().equals(path));
          return path;
        });
  }

  @Override
  public void move(Path from, Path to) throws IOException {
    cut.step(
        () -> {
          Path old = Files.exists(to) ? bury(to) : null;
          FileSteps.super.move(from, to);
          if (unforced.remove(from)) {
            unforced.add(to);
          }
          remember(
              to,
              () -> {
                Files.move(to, from);
                if (old != null) {
                  Files.createLink(to, old);
                }
              });
          return to;
        });
  }

  @Override
  public void delete(Path path) throws IOException {
    cut.step(
        () -> {
          if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            Path old = bury(path);
            unforced.remove(path);
            remember(path, () -> Files.createLink(path, old));
          }
          FileSteps.super.delete(path);
          return path;
        });
  }

  /** Loses power: a random number of the last changes did not reach the disk. */
  void losePower(Random random) throws IOException {
    for (Path file : unforced) {
      if (Files.exists(file)) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
          channel.truncate(random.nextLong(channel.size() + 1));
        }
      }
    }
    for (int lost = random.nextInt(changes.size() + 1); lost > 0; lost--) {
      changes.removeLast().undo().run();
    }
    unforced.clear();
    changes.clear();
  }

  private void remember(Path path, Undo undo) {
    changes.addLast(new Change(path.resolveSibling("").normalize(), undo));
  }

  private Path bury(Path path) throws IOException {
    return Files.createLink(grave.resolve(Long.toString(buried.incrementAndGet())), path);
  }
}
