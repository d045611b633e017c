package io.flotilla.registry.backup;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.layout.DurableFiles;
import io.flotilla.registry.blob.StoreFailures;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.stream.Stream;

/** Checks and restores what {@link BackupWriter} wrote. */
public final class BackupReader {
  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private BackupReader() {}

  /**
   * Reads a whole backup and checks every file in it.
   *
   * @throws FlotillaException {@code BACKUP_INVALID}, naming what is damaged, missing, too much or
   *     has an unsafe name, or saying where the file ends too early; {@code FILE_MISSING}; {@code
   *     STORE_FAILED} if the disk fails
   */
  public static BackupManifest verify(Path file) {
    try (BackupFile backup = open(file)) {
      return backup.read(_ -> OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw StoreFailures.of("the backup %s cannot be read".formatted(file), e);
    }
  }

  /**
   * Restores a backup into a fresh folder, which appears whole and on the disk, or not at all. Its
   * files have mode 600 and its folders 700. After that the audit log of the restored store can be
   * verified against the manifest's head.
   *
   * @param folder must not exist, or be empty
   * @throws FlotillaException {@code CONFLICT} if the folder has something in it; as {@link
   *     #verify}; {@code DISK_FULL}
   */
  public static BackupManifest restore(Path file, Path folder) {
    Path aside = DurableFiles.partialOf(folder.toAbsolutePath());
    try (BackupFile backup = open(file)) {
      requireFresh(folder);
      DurableFiles.deleteTree(aside);
      Files.createDirectories(DurableFiles.parentOf(aside));
      Files.createDirectory(aside, PRIVATE_FOLDER);
      BackupManifest manifest = backup.read(name -> create(aside, name));
      DurableFiles.forceFolders(aside);
      DurableFiles.moveIntoPlace(aside, folder.toAbsolutePath());
      return manifest;
    } catch (FlotillaException e) {
      throw cleanedUp(e, aside);
    } catch (FileAlreadyExistsException e) {
      throw cleanedUp(
          new FlotillaException(
              ErrorCode.BACKUP_INVALID,
              "%s is no whole backup: %s is a file and a folder in it".formatted(file, e.getFile()),
              e),
          aside);
    } catch (IOException e) {
      throw cleanedUp(
          StoreFailures.of("the backup %s cannot be restored to %s".formatted(file, folder), e),
          aside);
    }
  }

  private static BackupFile open(Path file) throws IOException {
    try {
      return new BackupFile(file);
    } catch (NoSuchFileException e) {
      throw new FlotillaException(
          ErrorCode.FILE_MISSING, "there is no backup %s".formatted(file), e);
    }
  }

  private static void requireFresh(Path folder) throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      try (Stream<Path> entries = Files.list(folder)) {
        if (entries.findAny().isEmpty()) {
          return;
        }
      }
    }
    throw new FlotillaException(
        ErrorCode.CONFLICT,
        "%s has something in it: restore into a folder that does not exist".formatted(folder));
  }

  private static OutputStream create(Path root, String name) throws IOException {
    Path place = root.resolve(name);
    Files.createDirectories(DurableFiles.parentOf(place), PRIVATE_FOLDER);
    FileChannel channel =
        FileChannel.open(
            place, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), PRIVATE_FILE);
    return new ForcedOutput(channel);
  }

  private static FlotillaException cleanedUp(FlotillaException failure, Path aside) {
    try {
      DurableFiles.deleteTree(aside);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }

  /** A file that is on the disk once it is closed. */
  private static final class ForcedOutput extends OutputStream {
    private final FileChannel channel;
    private final OutputStream out;

    ForcedOutput(FileChannel channel) {
      this.channel = channel;
      this.out = Channels.newOutputStream(channel);
    }

    @Override
    public void write(int one) throws IOException {
      out.write(one);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      out.write(bytes, from, length);
    }

    @Override
    public void close() throws IOException {
      try (channel) {
        channel.force(true);
      }
    }
  }
}
