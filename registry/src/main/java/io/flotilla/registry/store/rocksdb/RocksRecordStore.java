package io.flotilla.registry.store.rocksdb;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.store.CheckpointStore;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.WriteBatch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.Checkpoint;
import org.rocksdb.ChecksumType;
import org.rocksdb.IndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Status;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteOptions;

/**
 * A record store in one folder, kept by RocksDB with a footprint of about 16 MiB: 8 MiB of block
 * cache, two write buffers of 4 MiB. Every batch is synced; every read checks the checksums.
 */
public final class RocksRecordStore implements CheckpointStore {
  private static final long CACHE_BYTES = 8L << 20;

  /** Two shards: with the default of 16 the blocks of large tables drive each other out. */
  private static final int CACHE_SHARD_BITS = 1;

  private static final int METADATA_BLOCK_BYTES = 4096;
  private static final long WRITE_BUFFER_BYTES = 4L << 20;
  private static final int WRITE_BUFFERS = 2;
  private static final int MAX_OPEN_FILES = 64;
  private static final long MAX_WAL_BYTES = 32L << 20;
  private static final long LOG_FILE_BYTES = 1L << 20;
  private static final int LOG_FILES = 2;
  private static final int BLOOM_BITS = 10;

  // For the whole life of the store.
  private final Cache cache;
  private final BloomFilter filter;
  private final Options options;
  private final ReadOptions reading;
  private final WriteOptions writing;
  private final RocksDB db;

  /** Held for reading by every call into native code, for writing by {@link #close}. */
  private final ReadWriteLock lifetime = new ReentrantReadWriteLock();

  private boolean closed;

  private RocksRecordStore(Path directory) throws RocksDBException {
    NativeLibrary.load();
    cache = new LRUCache(CACHE_BYTES, CACHE_SHARD_BITS);
    filter = new BloomFilter(BLOOM_BITS);
    options = options(cache, filter);
    reading = new ReadOptions().setVerifyChecksums(true);
    writing = new WriteOptions().setSync(true);
    try {
      db = RocksDB.open(options, directory.toString());
    } catch (RocksDBException e) {
      closeSettings();
      throw e;
    }
  }

  /**
   * Opens the store in this folder, which is made if it is not there.
   *
   * @throws FlotillaException {@code STORE_LOCKED} if this or another process has it open; {@code
   *     STORE_CORRUPT} if the folder holds a damaged store; {@code DISK_FULL}; {@code STORE_FAILED}
   *     if the folder cannot be used
   */
  public static CheckpointStore open(Path directory) {
    try {
      Files.createDirectories(directory);
      requireWhole(directory);
      return new RocksRecordStore(directory);
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.STORE_FAILED, "the store folder %s cannot be used".formatted(directory), e);
    } catch (RocksDBException e) {
      if (isLock(e)) {
        throw new FlotillaException(
            ErrorCode.STORE_LOCKED,
            "the store %s is open already: stop the process that has it".formatted(directory),
            e);
      }
      throw failure("the store %s cannot be opened".formatted(directory), e);
    }
  }

  @Override
  public Optional<byte[]> get(String key) {
    byte[] raw = RecordStore.keyBytes(key);
    Lock use = use();
    try {
      return Optional.ofNullable(db.get(reading, raw));
    } catch (RocksDBException e) {
      throw failure("the store cannot read the record " + key, e);
    } finally {
      use.unlock();
    }
  }

  @Override
  public void write(WriteBatch batch) {
    if (batch.isEmpty()) {
      return;
    }
    Lock use = use();
    try (org.rocksdb.WriteBatch raw = new org.rocksdb.WriteBatch()) {
      for (WriteBatch.Change change : batch.changes()) {
        byte[] key = RecordStore.keyBytes(change.key());
        switch (change) {
          case WriteBatch.Change.Put put -> raw.put(key, put.value());
          case WriteBatch.Change.Delete _ -> raw.delete(key);
        }
      }
      db.write(writing, raw);
    } catch (RocksDBException e) {
      throw failure("the store cannot write", e);
    } finally {
      use.unlock();
    }
  }

  @Override
  public List<Entry> scan(String prefix, String afterKey, int limit) {
    if (limit < 1 || limit > MAX_SCAN) {
      throw new IllegalArgumentException("limit is 1 to %d, not %d".formatted(MAX_SCAN, limit));
    }
    byte[] begin = prefix.getBytes(StandardCharsets.UTF_8);
    byte[] after = afterKey.getBytes(StandardCharsets.UTF_8);
    Lock use = use();
    try (RocksIterator at = db.newIterator(reading)) {
      seek(at, begin, after);
      List<Entry> entries = new ArrayList<>();
      for (; at.isValid() && entries.size() < limit; at.next()) {
        byte[] key = at.key();
        if (!startsWith(key, begin)) {
          break;
        }
        entries.add(new Entry(new String(key, StandardCharsets.UTF_8), at.value()));
      }
      at.status();
      return entries;
    } catch (RocksDBException e) {
      throw failure(
          "the store cannot read the keys %s after '%s'".formatted(named(prefix), afterKey), e);
    } finally {
      use.unlock();
    }
  }

  @Override
  public void checkpoint(Path newDirectory) {
    if (Files.exists(newDirectory, LinkOption.NOFOLLOW_LINKS)) {
      throw new FlotillaException(
          ErrorCode.CONFLICT, "the folder %s exists already".formatted(newDirectory));
    }
    Lock use = use();
    try (Checkpoint checkpoint = Checkpoint.create(db)) {
      checkpoint.createCheckpoint(newDirectory.toString());
    } catch (RocksDBException e) {
      throw failure("the store cannot be copied to %s".formatted(newDirectory), e);
    } finally {
      use.unlock();
    }
    requireReadable(newDirectory);
  }

  /** The copy's large files are those of this store, damage included. */
  private static void requireReadable(Path copy) {
    try (Cache fresh = new LRUCache(CACHE_BYTES, CACHE_SHARD_BITS);
        BloomFilter filter = new BloomFilter(BLOOM_BITS);
        Options options = options(fresh, filter)) {
      FreshReading.all(copy, options.setCreateIfMissing(false));
    } catch (RocksDBException e) {
      throw failure("the store has a file that cannot be read", e);
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.STORE_FAILED, "the copy %s of the store cannot be used".formatted(copy), e);
    }
  }

  @Override
  public void close() {
    lifetime.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        db.close();
        closeSettings();
      }
    } finally {
      lifetime.writeLock().unlock();
    }
  }

  private static String named(String prefix) {
    return prefix.isEmpty() ? "of all records" : prefix;
  }

  private static void seek(RocksIterator at, byte[] begin, byte[] after) {
    if (Arrays.compareUnsigned(after, begin) <= 0) {
      at.seek(begin);
    } else {
      at.seek(after);
    }
    if (at.isValid() && Arrays.equals(at.key(), after)) {
      at.next();
    }
  }

  private static boolean startsWith(byte[] key, byte[] prefix) {
    return key.length >= prefix.length
        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
  }

  /** Keeps the store open for one call: native code must never see a closed handle. */
  private Lock use() {
    Lock use = lifetime.readLock();
    use.lock();
    if (closed) {
      use.unlock();
      throw new IllegalStateException("the store is closed");
    }
    return use;
  }

  private void closeSettings() {
    writing.close();
    reading.close();
    options.close();
    filter.close();
    cache.close();
  }

  private static Options options(Cache cache, BloomFilter filter) {
    return new Options()
        .setCreateIfMissing(true)
        .setParanoidChecks(true)
        // A torn last record is what a cut leaves; anything else that is damaged must be reported.
        .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
        .setWriteBufferSize(WRITE_BUFFER_BYTES)
        .setMaxWriteBufferNumber(WRITE_BUFFERS)
        .setMaxTotalWalSize(MAX_WAL_BYTES)
        .setMaxOpenFiles(MAX_OPEN_FILES)
        .setMaxBackgroundJobs(2)
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setMaxLogFileSize(LOG_FILE_BYTES)
        .setKeepLogFileNum(LOG_FILES)
        .setTableFormatConfig(
            new BlockBasedTableConfig()
                .setBlockCache(cache)
                // In pieces, of which a look-up reads one: whole, those of a large table are as
                // large as the cache, and are read from the disk each time.
                .setIndexType(IndexType.kTwoLevelIndexSearch)
                .setPartitionFilters(true)
                .setMetadataBlockSize(METADATA_BLOCK_BYTES)
                .setPinTopLevelIndexAndFilter(true)
                .setCacheIndexAndFilterBlocks(true)
                .setCacheIndexAndFilterBlocksWithHighPriority(true)
                .setFilterPolicy(filter)
                .setChecksumType(ChecksumType.kxxHash64));
  }

  /** Without this check RocksDB takes a folder that lost its CURRENT file for a new store. */
  private static void requireWhole(Path directory) throws IOException {
    if (Files.exists(directory.resolve("CURRENT"))) {
      return;
    }
    try (Stream<Path> files = Files.list(directory)) {
      boolean hasData =
          files
              .map(file -> file.getFileName().toString())
              .anyMatch(name -> name.endsWith(".sst") || name.endsWith(".log"));
      if (hasData) {
        throw new FlotillaException(
            ErrorCode.STORE_CORRUPT,
            "the store %s has data but no CURRENT file: restore it from a backup"
                .formatted(directory));
      }
    }
  }

  private static boolean isLock(RocksDBException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("lock file") || message.contains("lock hold");
  }

  private static FlotillaException failure(String what, RocksDBException e) {
    Status status = e.getStatus();
    if (status != null && status.getSubCode() == Status.SubCode.NoSpace) {
      return new FlotillaException(ErrorCode.DISK_FULL, what + ": no space is left", e);
    }
    if (status != null && status.getCode() == Status.Code.Corruption) {
      return new FlotillaException(
          ErrorCode.STORE_CORRUPT,
          "%s: its data is damaged, restore it from a backup (%s)".formatted(what, e.getMessage()),
          e);
    }
    return new FlotillaException(ErrorCode.STORE_FAILED, what + ": " + e.getMessage(), e);
  }
}
