package io.flotilla.bundle.layout;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Files that are there whole or not at all after a power cut: written beside their place, forced to
 * the disk, and renamed.
 */
public final class DurableFiles {
  private DurableFiles() {}

  /**
   * Writes or replaces a file.
   *
   * @param attributes set at the file's creation, as in its permissions
   * @throws IOException if the disk fails; then what was there before stays
   */
  public static void write(Path file, byte[] content, FileAttribute<?>... attributes)
      throws IOException {
    Path partial = partialOf(file);
    Files.deleteIfExists(partial);
    try {
      try (FileChannel channel =
          FileChannel.open(
              partial,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              attributes)) {
        ByteBuffer buffer = ByteBuffer.wrap(content);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        channel.force(true);
      }
      moveIntoPlace(partial, file);
    } finally {
      Files.deleteIfExists(partial);
    }
  }

  /** Renames a forced file or folder to its place and forces the folder that both are in. */
  public static void moveIntoPlace(Path partial, Path place) throws IOException {
    Files.move(partial, place, StandardCopyOption.ATOMIC_MOVE);
    force(parentOf(place));
  }

  /** The name beside a place where its content is prepared. */
  public static Path partialOf(Path place) {
    return place.resolveSibling(place.getFileName() + ".partial");
  }

  /** The folder that a place is in. */
  public static Path parentOf(Path place) {
    Path parent = place.toAbsolutePath().getParent();
    return parent == null ? place.toAbsolutePath() : parent;
  }

  /** Forces a file or folder to the disk. */
  public static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Forces a folder and all folders below it to the disk; files within are not forced again. */
  public static void forceFolders(Path root) throws IOException {
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            force(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Deletes a file, or a folder with all that is in it; links are deleted, not followed. */
  public static void deleteTree(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        path,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
