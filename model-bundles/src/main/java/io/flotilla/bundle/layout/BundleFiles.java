package io.flotilla.bundle.layout;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import io.flotilla.bundle.failure.StorageFailures;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** The files of a bundle's folder. */
public final class BundleFiles {
  /** Most files of a bundle. */
  public static final int MAX_FILES = 4096;

  private BundleFiles() {}

  /**
   * Sizes in bytes of all files under a folder, by path in the order of their bytes. Empty folders
   * are no part of a bundle.
   *
   * @throws FlotillaException {@code BUNDLE_PATH_UNSAFE} if there is a link, anything else that is
   *     no plain file, or a path that a bundle may not have; {@code BUNDLE_TOO_LARGE} if there are
   *     more than {@link #MAX_FILES}; {@code FILE_MISSING} or {@code STORAGE_FAILED} if the folder
   *     cannot be read
   */
  public static SortedMap<String, Long> list(Path directory) {
    TreeMap<String, Long> sizes = new TreeMap<>();
    PathSet paths = new PathSet();
    try {
      Files.walkFileTree(
          directory,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              String path = pathOf(directory.relativize(file));
              if (!attributes.isRegularFile()) {
                throw new FlotillaException(
                    ErrorCode.BUNDLE_PATH_UNSAFE,
                    "the path \"%s\" is a link or no plain file".formatted(Printable.of(path)));
              }
              paths.add(path);
              sizes.put(path, attributes.size());
              requireFew(sizes.size());
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw StorageFailures.of("read the bundle folder " + directory, e);
    }
    return Collections.unmodifiableSortedMap(sizes);
  }

  private static String pathOf(Path relative) {
    return relative.toString().replace(relative.getFileSystem().getSeparator(), "/");
  }

  private static void requireFew(int files) {
    if (files > MAX_FILES) {
      throw new FlotillaException(
          ErrorCode.BUNDLE_TOO_LARGE, "a bundle has at most " + MAX_FILES + " files");
    }
  }
}
