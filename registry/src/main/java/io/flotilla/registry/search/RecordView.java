package io.flotilla.registry.search;

import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.RecordTransaction;
import java.util.List;
import java.util.Optional;

/** Reads of a store, or of a transaction with its own changes. Throws what these throw. */
public interface RecordView {
  /** The value under this key; empty if there is none. */
  Optional<byte[]> get(String key);

  /** The next entries, as in {@link RecordStore#scan}. */
  List<RecordStore.Entry> scan(String prefix, String afterKey, int limit);

  /** What is stored. */
  static RecordView of(RecordStore store) {
    return new RecordView() {
      @Override
      public Optional<byte[]> get(String key) {
        return store.get(key);
      }

      @Override
      public List<RecordStore.Entry> scan(String prefix, String afterKey, int limit) {
        return store.scan(prefix, afterKey, limit);
      }
    };
  }

  /** What will be stored, seen from within a transaction. */
  static RecordView of(RecordTransaction transaction) {
    return new RecordView() {
      @Override
      public Optional<byte[]> get(String key) {
        return transaction.get(key);
      }

      @Override
      public List<RecordStore.Entry> scan(String prefix, String afterKey, int limit) {
        return transaction.scan(prefix, afterKey, limit);
      }
    };
  }
}
