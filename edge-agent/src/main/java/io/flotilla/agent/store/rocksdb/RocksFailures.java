package io.flotilla.agent.store.rocksdb;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.nio.file.Path;
import java.util.Locale;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** RocksDB's statuses as the typed errors of the port. */
final class RocksFailures {
  private RocksFailures() {}

  static FlotillaException of(Path directory, RocksDBException cause) {
    Status status = cause.getStatus();
    String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    if ((status != null && status.getSubCode() == Status.SubCode.NoSpace)
        || text.contains("no space left")) {
      return new FlotillaException(
          ErrorCode.DISK_FULL, "no space is left for " + directory + "; free some", cause);
    }
    if (text.contains("lock")) {
      return new FlotillaException(
          ErrorCode.STORE_LOCKED,
          "%s is in use by another process; stop that one first".formatted(directory),
          cause);
    }
    if (status != null && status.getCode() == Status.Code.Corruption) {
      return new FlotillaException(
          ErrorCode.STORE_CORRUPT,
          "%s is damaged; move it away and the agent starts a new one".formatted(directory),
          cause);
    }
    return new FlotillaException(
        ErrorCode.STORE_FAILED, "the store in %s failed".formatted(directory), cause);
  }
}
