package io.flotilla.controller.core;

import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.WriteBatch;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** A store that survives its users, as a disk does. */
public final class MemoryStore implements RecordStore {
  private final NavigableMap<String, byte[]> values = new TreeMap<>();
  private int writes;

  @Override
  public synchronized Optional<byte[]> get(String key) {
    return Optional.ofNullable(values.get(key)).map(byte[]::clone);
  }

  @Override
  public synchronized void write(WriteBatch batch) {
    writes++;
    for (WriteBatch.Change change : batch.changes()) {
      switch (change) {
        case WriteBatch.Change.Put put -> values.put(put.key(), put.value().clone());
        case WriteBatch.Change.Delete delete -> values.remove(delete.key());
      }
    }
  }

  @Override
  public synchronized List<Entry> scan(String prefix, String afterKey, int limit) {
    String from = afterKey.compareTo(prefix) > 0 ? afterKey : prefix;
    return values.tailMap(from, !from.equals(afterKey)).entrySet().stream()
        .takeWhile(entry -> entry.getKey().startsWith(prefix))
        .limit(limit)
        .map(entry -> new Entry(entry.getKey(), entry.getValue().clone()))
        .toList();
  }

  /** Everything that is in it now. */
  public synchronized NavigableMap<String, byte[]> backup() {
    return new TreeMap<>(values);
  }

  /** Puts everything back that was in it at a backup, and nothing else. */
  public synchronized void restore(NavigableMap<String, byte[]> backup) {
    values.clear();
    values.putAll(backup);
  }

  /** How often something was written. */
  public synchronized int writes() {
    return writes;
  }

  @Override
  public void close() {
    // What is stored stays.
  }
}
