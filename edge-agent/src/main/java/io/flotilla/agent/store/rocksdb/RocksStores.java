package io.flotilla.agent.store.rocksdb;

import io.flotilla.agent.store.AgentFiles;
import io.flotilla.agent.store.AgentStore;
import java.nio.file.Path;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.CompressionType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBufferManager;

/**
 * Opens stores that share one block cache and one bound on unwritten memory, so that many agents
 * fit into one process. Close it after the last store.
 */
public final class RocksStores implements AgentStore.Factory, AutoCloseable {
  /** Memory for blocks read, all stores together, in bytes. */
  private static final long CACHE_BYTES = 8L << 20;

  /** Bound on memory for changes not yet in a table, all stores together, in bytes. */
  private static final long WRITE_BYTES = 32L << 20;

  /** Memory of one store for changes not yet in a table, in bytes. */
  private static final long STORE_WRITE_BYTES = 256L << 10;

  private static final long ARENA_BYTES = 16L << 10;
  private static final long MANIFEST_BYTES = 16L << 10;
  private static final long LOG_BYTES = 64L << 10;
  private static final int OPEN_FILES = 32;

  private final Cache cache;
  private final WriteBufferManager writeBuffers;

  /** Loads the native library and makes the shared memory. */
  public RocksStores() {
    RocksDB.loadLibrary();
    cache = new LRUCache(CACHE_BYTES);
    writeBuffers = new WriteBufferManager(WRITE_BYTES, cache);
  }

  @Override
  public AgentStore open(Path directory) {
    AgentFiles.makeFolder(directory);
    Options options = options();
    try {
      return new RocksStore(RocksDB.open(options, directory.toString()), options, directory);
    } catch (RocksDBException e) {
      options.close();
      throw RocksFailures.of(directory, e);
    }
  }

  private Options options() {
    BlockBasedTableConfig tables =
        new BlockBasedTableConfig().setBlockCache(cache).setCacheIndexAndFilterBlocks(true);
    return new Options()
        .setCreateIfMissing(true)
        .setParanoidChecks(true)
        .setTableFormatConfig(tables)
        .setWriteBufferManager(writeBuffers)
        .setWriteBufferSize(STORE_WRITE_BYTES)
        .setArenaBlockSize(ARENA_BYTES)
        .setMaxTotalWalSize(4 * STORE_WRITE_BYTES)
        .setMaxOpenFiles(OPEN_FILES)
        .setCompressionType(CompressionType.NO_COMPRESSION)
        .setManifestPreallocationSize(MANIFEST_BYTES)
        .setInfoLogLevel(InfoLogLevel.ERROR_LEVEL)
        .setMaxLogFileSize(LOG_BYTES)
        .setKeepLogFileNum(2)
        .setStatsDumpPeriodSec(0)
        .setStatsPersistPeriodSec(0);
  }

  @Override
  public void close() {
    writeBuffers.close();
    cache.close();
  }
}
