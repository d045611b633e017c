package io.flotilla.controller.core;

import io.flotilla.registry.codec.RecordCodec;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.WriteBatch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Changes that are not in the store yet, over those of the batch, over the cache, over the store.
 * Keys are ASCII, so that the order of their characters is the store's order of their bytes.
 * Confined to the core thread.
 */
final class Overlay implements Transaction {
  private static final int MIN_PAGE = 64;

  private final RecordStore store;
  private final Map<String, Record> cache;
  private final @Nullable Overlay below;
  private final NavigableMap<String, Change> changes = new TreeMap<>();
  private final List<Runnable> actions = new ArrayList<>();
  private final Map<String, Runnable> onceActions = new LinkedHashMap<>();

  private Overlay(RecordStore store, Map<String, Record> cache, @Nullable Overlay below) {
    this.store = store;
    this.cache = cache;
    this.below = below;
  }

  /** The changes of a whole batch. */
  static Overlay ofBatch(RecordStore store, Map<String, Record> cache) {
    return new Overlay(store, cache, null);
  }

  /** The changes of one decision on top of these. */
  Overlay nested() {
    return new Overlay(store, cache, this);
  }

  private sealed interface Change {
    record Put(Record value, boolean cached) implements Change {}

    @SuppressWarnings("ArrayRecordComponent") // a carrier of bytes: never compared or hashed
    record PutRaw(byte[] value) implements Change {}

    record Delete() implements Change {}
  }

  @Override
  public <T extends Record> Optional<T> get(Table<T> table, String id) {
    String key = table.key(id);
    Change change = change(key);
    if (change != null) {
      return record(table, change);
    }
    Record cached = table.cached() ? cache.get(key) : null;
    if (cached != null) {
      return Optional.of(table.type().cast(cached));
    }
    Optional<T> stored = store.get(key).map(bytes -> RecordCodec.decode(bytes, table.type()));
    if (table.cached()) {
      stored.ifPresent(value -> cache.put(key, value));
    }
    return stored;
  }

  @Override
  public <T extends Record> void put(Table<T> table, String id, T value) {
    changes.put(table.key(id), new Change.Put(value, table.cached()));
  }

  @Override
  public void delete(Table<?> table, String id) {
    changes.put(table.key(id), new Change.Delete());
  }

  @Override
  public <T extends Record> List<Table.Row<T>> scan(
      Table<T> table, String idPrefix, String afterId, int limit) {
    String prefix = table.key(idPrefix);
    String after = afterId.isEmpty() ? "" : table.key(afterId);
    int page = Math.min(RecordStore.MAX_SCAN, Math.max(limit, MIN_PAGE));
    List<Table.Row<T>> rows = new ArrayList<>();
    while (rows.size() < limit) {
      List<RecordStore.Entry> stored = store.scan(prefix, after, page);
      boolean last = stored.size() < page;
      @Nullable String upTo = last ? null : stored.getLast().key();
      merged(table, stored, prefix, new Bounds(after, upTo)).stream()
          .limit(limit - rows.size())
          .forEach(rows::add);
      if (upTo == null) {
        break;
      }
      after = upTo;
    }
    return rows;
  }

  /** Keys after {@code after} and up to {@code upTo}, or to the end if that is null. */
  private record Bounds(String after, @Nullable String upTo) {
    boolean contains(String key) {
      return key.compareTo(after) > 0 && (upTo == null || key.compareTo(upTo) <= 0);
    }
  }

  private <T extends Record> List<Table.Row<T>> merged(
      Table<T> table, List<RecordStore.Entry> stored, String prefix, Bounds bounds) {
    NavigableMap<String, Optional<T>> rows = new TreeMap<>();
    for (RecordStore.Entry entry : stored) {
      if (change(entry.key()) == null) {
        rows.put(entry.key(), Optional.of(cachedOr(table, entry)));
      }
    }
    for (Overlay layer = this; layer != null; layer = layer.below) {
      for (Map.Entry<String, Change> entry : layer.changes.tailMap(prefix, true).entrySet()) {
        if (!entry.getKey().startsWith(prefix)) {
          break;
        }
        if (bounds.contains(entry.getKey())) {
          rows.putIfAbsent(entry.getKey(), record(table, entry.getValue()));
        }
      }
    }
    List<Table.Row<T>> present = new ArrayList<>();
    rows.forEach((key, value) -> value.ifPresent(v -> present.add(row(table, key, v))));
    return present;
  }

  private <T extends Record> T cachedOr(Table<T> table, RecordStore.Entry entry) {
    Record cached = table.cached() ? cache.get(entry.key()) : null;
    return cached != null
        ? table.type().cast(cached)
        : RecordCodec.decode(entry.value(), table.type());
  }

  private static <T extends Record> Table.Row<T> row(Table<T> table, String key, T value) {
    return new Table.Row<>(table.id(key), value);
  }

  @Override
  public Optional<byte[]> getRaw(String key) {
    return switch (change(key)) {
      case null -> store.get(key);
      case Change.PutRaw raw -> Optional.of(raw.value().clone());
      case Change.Put put -> Optional.of(RecordCodec.encode(put.value()));
      case Change.Delete delete -> Optional.empty();
    };
  }

  @Override
  public void putRaw(String key, byte[] value) {
    changes.put(key, new Change.PutRaw(value));
  }

  @Override
  public <T> T attempt(Decision<T> decision) {
    Overlay own = nested();
    T result = decision.decide(own);
    own.merge();
    return result;
  }

  @Override
  public void then(Runnable action) {
    actions.add(action);
  }

  @Override
  public void thenOnce(String subject, Runnable action) {
    onceActions.remove(subject);
    onceActions.put(subject, action);
  }

  /** Makes these changes part of the batch below. */
  void merge() {
    Overlay batch = below;
    if (batch == null) {
      throw new IllegalStateException("a batch has nothing below it");
    }
    batch.changes.putAll(changes);
    batch.actions.addAll(actions);
    onceActions.forEach(batch::thenOnce);
  }

  int size() {
    return changes.size();
  }

  /** The changes in the store's terms. */
  WriteBatch toWriteBatch() {
    WriteBatch batch = new WriteBatch();
    changes.forEach(
        (key, change) -> {
          switch (change) {
            case Change.Put put -> batch.put(key, RecordCodec.encode(put.value()));
            case Change.PutRaw raw -> batch.put(key, raw.value());
            case Change.Delete delete -> batch.delete(key);
          }
        });
    return batch;
  }

  /** Carries the changes into the cache, once the store has them. */
  void updateCache() {
    changes.forEach(
        (key, change) -> {
          if (change instanceof Change.Put put && put.cached()) {
            cache.put(key, put.value());
          } else {
            cache.remove(key);
          }
        });
  }

  /** What to do once the store has the changes. */
  List<Runnable> actions() {
    List<Runnable> all = new ArrayList<>(actions);
    all.addAll(onceActions.values());
    return all;
  }

  private @Nullable Change change(String key) {
    for (Overlay layer = this; layer != null; layer = layer.below) {
      Change change = layer.changes.get(key);
      if (change != null) {
        return change;
      }
    }
    return null;
  }

  private static <T extends Record> Optional<T> record(Table<T> table, Change change) {
    return switch (change) {
      case Change.Put put -> Optional.of(table.type().cast(put.value()));
      case Change.PutRaw raw -> Optional.of(RecordCodec.decode(raw.value(), table.type()));
      case Change.Delete delete -> Optional.empty();
    };
  }
}
