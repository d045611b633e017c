package io.flotilla.registry.crash;

import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.WriteBatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/** A record store whose every write is a step at which it can be cut. */
final class CutStore implements RecordStore {
  private final RecordStore real;
  private final CutPoint cut;

  CutStore(RecordStore real, CutPoint cut) {
    this.real = real;
    this.cut = cut;
  }

  @Override
  public Optional<byte[]> get(String key) {
    cut.requireAlive();
    return real.get(key);
  }

  @Override
  public void write(WriteBatch batch) {
    try {
      cut.step(
          () -> {
            real.write(batch);
            return batch;
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public List<Entry> scan(String prefix, String afterKey, int limit) {
    cut.requireAlive();
    return real.scan(prefix, afterKey, limit);
  }

  @Override
  public void close() {
    real.close();
  }
}
