package io.flotilla.registry.store.rocksdb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * Reads a whole store from its files, as who opens it for the first time does: what a running store
 * has in its cache says nothing about what is on the disk.
 */
final class FreshReading {
  /** What RocksDB notes for people, also where it only reads. */
  private static final String NOTES = "LOG";

  private FreshReading() {}

  /**
   * Compares every block with its checksum and reads every record; leaves the folder as it was.
   *
   * @param folder of a store that nobody has open
   * @param options those of the store, with a cache of their own, without anything in it
   * @throws RocksDBException naming the file that is damaged
   */
  static void all(Path folder, Options options) throws RocksDBException, IOException {
    try (ReadOptions reading = new ReadOptions().setVerifyChecksums(true).setFillCache(false);
        RocksDB copy = RocksDB.openReadOnly(options, folder.toString())) {
      copy.verifyChecksum();
      try (RocksIterator at = copy.newIterator(reading)) {
        at.seekToFirst();
        while (at.isValid()) {
          at.next();
        }
        at.status();
      }
    }
    for (Path notes : notesIn(folder)) {
      Files.delete(notes);
    }
  }

  private static List<Path> notesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.getFileName().toString().startsWith(NOTES)).toList();
    }
  }
}
