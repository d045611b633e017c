package io.flotilla.cli.process;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A folder for keys, store and log of a command that stays up. */
final class DataFolder {
  private DataFolder() {}

  /**
   * Makes the folder for its owner alone, if it is not there.
   *
   * @throws FlotillaException {@code CONFIGURATION_INVALID} if a file is in its place; {@code
   *     STORAGE_FAILED} if it cannot be made
   */
  static void make(Path folder) {
    if (Files.isDirectory(folder)) {
      return;
    }
    if (Files.exists(folder)) {
      throw new FlotillaException(
          ErrorCode.CONFIGURATION_INVALID, "%s is a file, not a folder".formatted(folder));
    }
    try {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.STORAGE_FAILED, "cannot make the folder %s: %s".formatted(folder, e), e);
    }
  }
}
