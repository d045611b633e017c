package io.flotilla.cli.bundles;

import io.flotilla.bundle.archive.ArchiveLimits;
import io.flotilla.bundle.archive.BundleArchive;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A bundle as a folder, whether it was given as one or as an archive. An archive is unpacked into a
 * temporary folder that goes when this is closed.
 */
public final class OpenBundle implements Closeable {
  private final Path given;
  private final Path directory;
  private final boolean temporary;

  private OpenBundle(Path given, Path directory, boolean temporary) {
    this.given = given;
    this.directory = directory;
    this.temporary = temporary;
  }

  /**
   * Opens a folder or an archive.
   *
   * @throws FlotillaException {@code FILE_MISSING} if there is nothing, and what unpacking an
   *     archive throws
   */
  public static OpenBundle open(Path bundle) throws IOException {
    if (Files.isDirectory(bundle)) {
      return new OpenBundle(bundle, bundle, false);
    }
    if (!Files.isReadable(bundle)) {
      throw new FlotillaException(
          ErrorCode.FILE_MISSING, "there is no bundle %s, folder or archive".formatted(bundle));
    }
    Path folder = Files.createTempDirectory("flotilla-bundle-");
    OpenBundle open = new OpenBundle(bundle, folder.resolve("bundle"), true);
    boolean complete = false;
    try {
      BundleArchive.unpack(bundle, open.directory, ArchiveLimits.DEFAULT);
      complete = true;
      return open;
    } finally {
      if (!complete) {
        open.close();
      }
    }
  }

  /** The folder. */
  public Path directory() {
    return directory;
  }

  /** Puts a folder's content into an archive, which appears whole or not at all. */
  public static void pack(Path directory, Path archive) {
    BundleArchive.pack(directory, archive);
  }

  /** Puts the folder's content back into the archive it came from; nothing to do for a folder. */
  void save() {
    if (temporary) {
      BundleArchive.pack(directory, given);
    }
  }

  @Override
  public void close() throws IOException {
    if (temporary) {
      Folders.delete(Path.of(String.valueOf(directory.getParent())));
    }
  }
}
