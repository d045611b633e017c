package io.flotilla.controller.identity;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;

/**
 * Files that are there whole or not at all, and secrets that nobody else could read at any moment:
 * the file is created with its final mode, synced, renamed, and the folder synced.
 */
final class PrivateFiles {
  private static final Set<PosixFilePermission> SECRET =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
  private static final FileAttribute<Set<PosixFilePermission>> SECRET_FILE =
      PosixFilePermissions.asFileAttribute(SECRET);
  private static final FileAttribute<Set<PosixFilePermission>> PUBLIC_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--"));
  private static final FileAttribute<Set<PosixFilePermission>> SECRET_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private PrivateFiles() {}

  /** Makes a folder that only its owner can enter, unless it is there. */
  static void makeFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Path parent = folder.toAbsolutePath().getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Files.createDirectory(folder, SECRET_FOLDER);
    }
  }

  /** Writes a file of mode 600. */
  static void writeSecret(Path file, byte[] content) throws IOException {
    write(file, content, SECRET_FILE);
  }

  /** Writes a file of mode 644 (less the umask). */
  static void writePublic(Path file, byte[] content) throws IOException {
    write(file, content, PUBLIC_FILE);
  }

  /**
   * Reads a secret.
   *
   * @throws FlotillaException {@code CONFIGURATION_INVALID} if others could have read it
   */
  static byte[] readSecret(Path file) throws IOException {
    if (!SECRET.containsAll(Files.getPosixFilePermissions(file))) {
      throw new FlotillaException(
          ErrorCode.CONFIGURATION_INVALID,
          "others can read the secret %s: replace it, or chmod 600 if nobody did".formatted(file));
    }
    return Files.readAllBytes(file);
  }

  private static void write(Path file, byte[] content, FileAttribute<Set<PosixFilePermission>> mode)
      throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IOException(file + " is no file");
    }
    Path part = folder.resolve("." + file.getFileName() + "." + UUID.randomUUID());
    try {
      try (FileChannel out =
          FileChannel.open(
              part, EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode)) {
        ByteBuffer left = ByteBuffer.wrap(content);
        while (left.hasRemaining()) {
          out.write(left);
        }
        out.force(true);
      }
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
    try (FileChannel opened = FileChannel.open(folder, StandardOpenOption.READ)) {
      opened.force(true);
    }
  }
}
