package io.flotilla.agent.store;

import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.StorageFailures;
import io.flotilla.bundle.layout.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;

/**
 * The agent's own files: each appears whole or not at all, also after a power cut. Every failure is
 * a {@link FlotillaException} with {@code DISK_FULL}, {@code FILE_MISSING} or {@code
 * STORAGE_FAILED}.
 */
public final class AgentFiles {
  private AgentFiles() {}

  /** Writes or replaces a file. */
  public static void write(Path file, byte[] content, FileAttribute<?>... attributes) {
    try {
      DurableFiles.write(file, content, attributes);
    } catch (IOException e) {
      throw StorageFailures.of("write " + file, e);
    }
  }

  /** Reads a small file. */
  public static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw StorageFailures.of("read " + file, e);
    }
  }

  /** Makes a folder and those above it, unless it is there. */
  public static void makeFolder(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw StorageFailures.of("make the folder " + folder, e);
    }
  }

  /** Gives a file or folder that is forced to disk its final name, which must be free. */
  public static void moveIntoPlace(Path prepared, Path place) {
    try {
      DurableFiles.moveIntoPlace(prepared, place);
    } catch (IOException e) {
      throw StorageFailures.of("move " + prepared + " to " + place, e);
    }
  }

  /** Removes a file, or a folder with all that is in it; nothing if it is not there. */
  public static void delete(Path tree) {
    try {
      DurableFiles.deleteTree(tree);
    } catch (IOException e) {
      throw StorageFailures.of("delete " + tree, e);
    }
  }
}
