package io.flotilla.registry.blob;

import io.flotilla.bundle.layout.DurableFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Everything that a blob store changes on the disk, one step at a time, so that a test can cut
 * between any two of them. Thread-safe.
 */
public interface FileSteps {
  /** The real disk. */
  FileSteps REAL = new FileSteps() {};

  /** Makes a file that is not there, mode 600, for writing; the caller closes it. */
  default FileChannel create(Path file) throws IOException {
    return FileChannel.open(
        file,
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  /** Makes a folder and those above it, if they are not there. */
  default void createFolders(Path folder) throws IOException {
    Files.createDirectories(folder);
  }

  /** Forces a file's content, or a folder's entries, to the disk. */
  default void force(Path path) throws IOException {
    DurableFiles.force(path);
  }

  /** Renames a file, in place of one that may be there, in one step; within one file system. */
  default void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Deletes a file or a folder with all that is in it, if it is there. */
  default void delete(Path path) throws IOException {
    DurableFiles.deleteTree(path);
  }
}
