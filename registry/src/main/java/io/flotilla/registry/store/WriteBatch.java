package io.flotilla.registry.store;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Changes that happen together, in the order in which they were added: of two changes to one key
 * the later one holds. Not thread-safe; can be used again after a failed write.
 */
public final class WriteBatch {
  private final List<Change> changes = new ArrayList<>();

  /**
   * Stores a value under a key, in place of the one before.
   *
   * @return this batch
   * @throws IllegalArgumentException if the key or the value is over its limit
   */
  public WriteBatch put(String key, byte[] value) {
    RecordStore.requireStorable(key, value);
    changes.add(new Change.Put(key, value));
    return this;
  }

  /**
   * Removes a key; nothing happens if it has no value.
   *
   * @return this batch
   * @throws IllegalArgumentException if the key is over its limit
   */
  public WriteBatch delete(String key) {
    RecordStore.keyBytes(key);
    changes.add(new Change.Delete(key));
    return this;
  }

  /** The changes so far, as a view. */
  public List<Change> changes() {
    return Collections.unmodifiableList(changes);
  }

  /** Whether there is nothing to do. */
  public boolean isEmpty() {
    return changes.isEmpty();
  }

  /** One change. */
  public sealed interface Change {
    /** The key it is about. */
    String key();

    /** Stores {@code value}, which nobody changes afterwards. */
    @SuppressWarnings("ArrayRecordComponent") // a carrier of bytes: never compared or hashed
    record Put(String key, byte[] value) implements Change {}

    /** Removes the key. */
    record Delete(String key) implements Change {}
  }
}
