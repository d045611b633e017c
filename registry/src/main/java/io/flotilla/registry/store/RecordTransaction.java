package io.flotilla.registry.store;

import java.util.List;
import java.util.Optional;

/**
 * Several reads and changes that become one write. Reads see the store with this transaction's own
 * changes on top. Nothing is stored until its owner writes it, all or nothing. Confined to one
 * thread; changes of different transactions must not interleave, which their owner sees to.
 *
 * <p>Throws what {@link RecordStore} throws.
 */
public interface RecordTransaction {
  /** The value under this key; empty if there is none. */
  Optional<byte[]> get(String key);

  /**
   * The entries whose key begins with {@code prefix} and comes after {@code afterKey}, in order.
   *
   * @param prefix "" for all
   * @param afterKey the last key of the page before; "" to begin
   * @param limit 1 to {@link RecordStore#MAX_SCAN}; fewer entries than this mean that the end is
   *     reached
   */
  List<RecordStore.Entry> scan(String prefix, String afterKey, int limit);

  /**
   * Stores a value under a key, in place of the one before. The value must not be changed
   * afterwards.
   */
  void put(String key, byte[] value);

  /** Removes a key; nothing happens if it has no value. */
  void delete(String key);
}
