package io.flotilla.agent.store.rocksdb;

import io.flotilla.agent.store.AgentStore;
import io.flotilla.agent.store.Changes;
import io.flotilla.agent.store.Changes.Change;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * One agent's store. Names lie under {@code v}, log entries under {@code l} and eight big-endian
 * bytes, so that a range of entries is dropped by one tombstone.
 */
final class RocksStore implements AgentStore {
  private static final byte VALUE = 'v';
  private static final byte ENTRY = 'l';

  private final RocksDB db;
  private final Options options;
  private final WriteOptions unsynced = new WriteOptions();
  private final Path directory;

  /** Shared for use, exclusive for closing: RocksDB crashes the process if used after that. */
  private final ReadWriteLock life = new ReentrantReadWriteLock();

  private boolean closed;

  RocksStore(RocksDB db, Options options, Path directory) {
    this.db = db;
    this.options = options;
    this.directory = directory;
  }

  @Override
  public Optional<byte[]> value(String name) {
    return read(valueKey(name));
  }

  @Override
  public Optional<byte[]> entry(long number) {
    return read(entryKey(number));
  }

  @Override
  public void write(Changes changes) {
    guarded(
        () -> {
          try (WriteBatch batch = new WriteBatch()) {
            for (Change change : changes.all()) {
              switch (change) {
                case Change.Put put -> batch.put(valueKey(put.name()), put.value());
                case Change.Delete delete -> batch.delete(valueKey(delete.name()));
                case Change.Append append -> batch.put(entryKey(append.number()), append.entry());
                case Change.DropThrough drop ->
                    batch.deleteRange(entryKey(0), entryKey(drop.number() + 1));
              }
            }
            db.write(unsynced, batch);
          }
          return Optional.empty();
        });
  }

  @Override
  public void sync() {
    guarded(
        () -> {
          db.syncWal();
          return Optional.empty();
        });
  }

  @Override
  public void close() {
    life.writeLock().lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      // Closing drops nothing: what is not in a table is in the write-ahead log.
      db.close();
      unsynced.close();
      options.close();
    } finally {
      life.writeLock().unlock();
    }
  }

  private Optional<byte[]> read(byte[] key) {
    return guarded(() -> Optional.ofNullable(db.get(key)));
  }

  private Optional<byte[]> guarded(Work work) {
    life.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the store in " + directory + " is closed");
      }
      return work.run();
    } catch (RocksDBException e) {
      throw RocksFailures.of(directory, e);
    } finally {
      life.readLock().unlock();
    }
  }

  private static byte[] valueKey(String name) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(1 + text.length).put(VALUE).put(text).array();
  }

  private static byte[] entryKey(long number) {
    return ByteBuffer.allocate(1 + Long.BYTES).put(ENTRY).putLong(number).array();
  }

  @FunctionalInterface
  private interface Work {
    Optional<byte[]> run() throws RocksDBException;
  }
}
