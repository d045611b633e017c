package io.flotilla.registry.store;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** A transaction over a store, written by its maker with {@link #commit}. */
public final class DirectTransaction implements RecordTransaction {
  private static final int MIN_PAGE = 64;

  /** After every key, as keys are ASCII. */
  private static final String END = "\uffff";

  private final RecordStore store;

  /** Changes in the order of their keys; empty stands for a removal. Keys are ASCII. */
  private final NavigableMap<String, Optional<byte[]>> changes = new TreeMap<>();

  /** A transaction without changes. */
  public DirectTransaction(RecordStore store) {
    this.store = store;
  }

  @Override
  public Optional<byte[]> get(String key) {
    Optional<byte[]> change = changes.get(key);
    return change == null ? store.get(key) : change.map(byte[]::clone);
  }

  @Override
  public List<RecordStore.Entry> scan(String prefix, String afterKey, int limit) {
    if (limit < 1 || limit > RecordStore.MAX_SCAN) {
      throw new IllegalArgumentException(
          "limit is 1 to %d, not %d".formatted(RecordStore.MAX_SCAN, limit));
    }
    int page = Math.max(limit, MIN_PAGE);
    List<RecordStore.Entry> found = new ArrayList<>();
    String after = afterKey;
    while (found.size() < limit) {
      List<RecordStore.Entry> stored = store.scan(prefix, after, page);
      boolean last = stored.size() < page;
      String upTo = last ? END : stored.getLast().key();
      merged(stored, prefix, after, upTo).entrySet().stream()
          .limit(limit - found.size())
          .forEach(one -> found.add(new RecordStore.Entry(one.getKey(), one.getValue())));
      if (last) {
        break;
      }
      after = upTo;
    }
    return found;
  }

  /** What is there after {@code after} and up to {@code upTo}, with the changes of that range. */
  private NavigableMap<String, byte[]> merged(
      List<RecordStore.Entry> stored, String prefix, String after, String upTo) {
    NavigableMap<String, byte[]> page = new TreeMap<>();
    stored.forEach(entry -> page.put(entry.key(), entry.value()));
    for (Map.Entry<String, Optional<byte[]>> change : changes.tailMap(prefix, true).entrySet()) {
      String key = change.getKey();
      if (!key.startsWith(prefix) || key.compareTo(upTo) > 0) {
        break;
      }
      if (key.compareTo(after) > 0) {
        change
            .getValue()
            .ifPresentOrElse(value -> page.put(key, value.clone()), () -> page.remove(key));
      }
    }
    return page;
  }

  @Override
  public void put(String key, byte[] value) {
    RecordStore.requireStorable(key, value);
    changes.put(key, Optional.of(value.clone()));
  }

  @Override
  public void delete(String key) {
    RecordStore.keyBytes(key);
    changes.put(key, Optional.empty());
  }

  /**
   * The changes so far by key, as a view; empty stands for a removal. The bytes must not be
   * changed.
   */
  public NavigableMap<String, Optional<byte[]>> changes() {
    return Collections.unmodifiableNavigableMap(changes);
  }

  /** The changes so far, in the order of their keys. */
  public WriteBatch batch() {
    WriteBatch batch = new WriteBatch();
    changes.forEach(
        (key, value) ->
            value.ifPresentOrElse(bytes -> batch.put(key, bytes), () -> batch.delete(key)));
    return batch;
  }

  /**
   * Stores all changes, or nothing; when it returns they are on the disk and this transaction is
   * without changes. If it throws, the changes are still there.
   */
  public void commit() {
    store.write(batch());
    changes.clear();
  }
}
