package io.flotilla.controller.core;

import io.flotilla.registry.audit.AuditAction;
import io.flotilla.registry.audit.AuditLog;
import io.flotilla.registry.codec.RecordCodec;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.RecordTransaction;
import io.flotilla.registry.store.WriteBatch;
import java.util.ArrayList;
import java.util.HashMap;
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

  private static final AuditAction BY_ITSELF =
      new AuditAction("controller", "record.update", "controller", Map.of());

  private final RecordStore store;
  private final Map<String, Record> cache;
  private final @Nullable Overlay below;
  private final NavigableMap<String, Change> changes = new TreeMap<>();
  private final List<Runnable> actions = new ArrayList<>();
  private final Map<String, Runnable> onceActions = new LinkedHashMap<>();
  private final RecordTransaction records = new Records();

  /** What the decisions of these changes say they did, in their order. */
  private final List<AuditAction> actionsTold = new ArrayList<>();

  /** Of a batch: which of {@link #actionsTold} wrote a record last; without one, nobody said. */
  private final Map<String, Integer> writers = new HashMap<>();

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
    /** A record, encoded when its bytes are first asked for. */
    final class Put implements Change {
      private final Record value;
      private final boolean cached;
      private byte @Nullable [] encoded;

      Put(Record value, boolean cached) {
        this.value = value;
        this.cached = cached;
      }

      byte[] encoded() {
        byte[] bytes = encoded;
        if (bytes == null) {
          bytes = RecordCodec.encode(value);
          encoded = bytes;
        }
        return bytes;
      }
    }

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
    Optional<T> stored = store.get(key).map(bytes -> RecordCodec.decode(bytes, table.type(), key));
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
    String after = afterId.isEmpty() ? "" : table.key(afterId);
    return scan(table.key(idPrefix), after, limit, new Rows<>(table));
  }

  @Override
  public RecordTransaction records() {
    return records;
  }

  /** Makes items of what a scan meets. */
  private interface Reader<T> {
    T stored(RecordStore.Entry entry);

    Optional<T> changed(String key, Change change);
  }

  private final class Rows<T extends Record> implements Reader<Table.Row<T>> {
    private final Table<T> table;

    Rows(Table<T> table) {
      this.table = table;
    }

    @Override
    public Table.Row<T> stored(RecordStore.Entry entry) {
      Record cached = table.cached() ? cache.get(entry.key()) : null;
      return row(
          entry.key(),
          cached != null
              ? table.type().cast(cached)
              : RecordCodec.decode(entry.value(), table.type(), entry.key()));
    }

    @Override
    public Optional<Table.Row<T>> changed(String key, Change change) {
      return record(table, change).map(value -> row(key, value));
    }

    private Table.Row<T> row(String key, T value) {
      return new Table.Row<>(table.id(key), value);
    }
  }

  private static final class Entries implements Reader<RecordStore.Entry> {
    @Override
    public RecordStore.Entry stored(RecordStore.Entry entry) {
      return entry;
    }

    @Override
    public Optional<RecordStore.Entry> changed(String key, Change change) {
      return bytes(change).map(value -> new RecordStore.Entry(key, value));
    }
  }

  /** This overlay in the terms of the store. */
  private final class Records implements RecordTransaction {
    @Override
    public Optional<byte[]> get(String key) {
      Change change = change(key);
      return change == null ? store.get(key) : bytes(change);
    }

    @Override
    public List<RecordStore.Entry> scan(String prefix, String afterKey, int limit) {
      return Overlay.this.scan(prefix, afterKey, limit, new Entries());
    }

    @Override
    public void put(String key, byte[] value) {
      changes.put(key, new Change.PutRaw(value));
    }

    @Override
    public void delete(String key) {
      changes.put(key, new Change.Delete());
    }
  }

  private <T> List<T> scan(String prefix, String afterKey, int limit, Reader<T> reader) {
    int page = Math.min(RecordStore.MAX_SCAN, Math.max(limit, MIN_PAGE));
    String after = afterKey;
    List<T> found = new ArrayList<>();
    while (found.size() < limit) {
      List<RecordStore.Entry> stored = store.scan(prefix, after, page);
      boolean last = stored.size() < page;
      @Nullable String upTo = last ? null : stored.getLast().key();
      merged(stored, prefix, new Bounds(after, upTo), reader).stream()
          .limit(limit - found.size())
          .forEach(found::add);
      if (upTo == null) {
        break;
      }
      after = upTo;
    }
    return found;
  }

  /** Keys after {@code after} and up to {@code upTo}, or to the end if that is null. */
  private record Bounds(String after, @Nullable String upTo) {
    boolean contains(String key) {
      return key.compareTo(after) > 0 && (upTo == null || key.compareTo(upTo) <= 0);
    }
  }

  private <T> List<T> merged(
      List<RecordStore.Entry> stored, String prefix, Bounds bounds, Reader<T> reader) {
    NavigableMap<String, Optional<T>> items = new TreeMap<>();
    for (RecordStore.Entry entry : stored) {
      if (change(entry.key()) == null) {
        items.put(entry.key(), Optional.of(reader.stored(entry)));
      }
    }
    String from = prefix.compareTo(bounds.after()) > 0 ? prefix : bounds.after();
    for (Overlay layer = this; layer != null; layer = layer.below) {
      for (Map.Entry<String, Change> entry : layer.changes.tailMap(from, true).entrySet()) {
        if (!entry.getKey().startsWith(prefix)) {
          break;
        }
        if (bounds.contains(entry.getKey())) {
          items.putIfAbsent(entry.getKey(), reader.changed(entry.getKey(), entry.getValue()));
        }
      }
    }
    return items.values().stream().flatMap(Optional::stream).toList();
  }

  @Override
  public <T> T attempt(Decision<T> decision) {
    Overlay own = nested();
    T result = decision.decide(own);
    own.merge();
    return result;
  }

  @Override
  public void audit(AuditAction action) {
    actionsTold.add(action);
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
    batch.actionsTold.addAll(actionsTold);
    if (batch.below == null) {
      int last = batch.actionsTold.size() - 1;
      for (String key : changes.keySet()) {
        if (actionsTold.isEmpty()) {
          batch.writers.remove(key);
        } else {
          batch.writers.put(key, last);
        }
      }
    }
  }

  /**
   * Adds to a batch the entries that vouch for it: one for every action that its decisions told of,
   * with the governed records that this decision wrote last, and one of the controller's own for
   * those of which nobody said anything. What a later decision of the batch overwrote was never on
   * the disk and is vouched for in its last form only. Of several actions of one decision the last
   * one has the records.
   */
  void seal(AuditLog log) {
    List<Map<String, Optional<byte[]>>> byAction = new ArrayList<>();
    actionsTold.forEach(action -> byAction.add(new TreeMap<>()));
    Map<String, Optional<byte[]>> byNobody = new TreeMap<>();
    changes.forEach(
        (key, change) -> {
          if (log.governs(key)) {
            Integer writer = writers.get(key);
            (writer == null ? byNobody : byAction.get(writer)).put(key, bytes(change));
          }
        });
    for (int i = 0; i < byAction.size(); i++) {
      log.append(records, actionsTold.get(i), byAction.get(i));
    }
    if (!byNobody.isEmpty()) {
      log.append(records, BY_ITSELF, byNobody);
    }
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
            case Change.Put put -> batch.put(key, put.encoded());
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
          if (change instanceof Change.Put put && put.cached) {
            cache.put(key, put.value);
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
      case Change.Put put -> Optional.of(table.type().cast(put.value));
      case Change.PutRaw raw -> Optional.of(RecordCodec.decode(raw.value(), table.type()));
      case Change.Delete delete -> Optional.empty();
    };
  }

  /** The bytes that a change leaves, as a copy of the caller's own. */
  private static Optional<byte[]> bytes(Change change) {
    return switch (change) {
      case Change.Put put -> Optional.of(put.encoded().clone());
      case Change.PutRaw raw -> Optional.of(raw.value().clone());
      case Change.Delete delete -> Optional.empty();
    };
  }
}
