package io.flotilla.registry.store.rocksdb;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.layout.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.RocksDB;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads RocksDB's native library without leaving it in the temporary folder: RocksDB removes its 70
 * MB copy when the process ends, which a killed process never does.
 */
final class NativeLibrary {
  private static final Logger LOG = LoggerFactory.getLogger(NativeLibrary.class);

  private NativeLibrary() {}

  /**
   * Loads it, once per process.
   *
   * @throws FlotillaException {@code STORE_FAILED} if it does not load here
   */
  static synchronized void load() {
    try {
      Path folder = Files.createTempDirectory("flotilla-rocksdb");
      try {
        NativeLibraryLoader.getInstance().loadLibrary(folder.toString());
        RocksDB.loadLibrary();
      } finally {
        remove(folder);
      }
    } catch (IOException | UnsatisfiedLinkError e) {
      throw new FlotillaException(
          ErrorCode.STORE_FAILED,
          "the store's native library does not load: it needs glibc and space in %s"
              .formatted(System.getProperty("java.io.tmpdir")),
          e);
    }
  }

  /** A loaded library stays mapped after its file is gone, except where systems forbid that. */
  private static void remove(Path folder) {
    try {
      DurableFiles.deleteTree(folder);
    } catch (IOException e) {
      LOG.debug("{} stays until the process ends", folder, e);
    }
  }
}
