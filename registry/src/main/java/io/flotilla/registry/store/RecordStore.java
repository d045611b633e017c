package io.flotilla.registry.store;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Small values under text keys such as {@code device/cam-1}, in the order of their keys' UTF-8
 * bytes. Thread-safe. One process at a time has a store open.
 *
 * <p>Every method throws a {@code FlotillaException} with {@code STORE_FAILED} if the engine fails,
 * {@code STORE_CORRUPT} if it finds data that does not match its checksum, naming the key or the
 * keys that were asked for, and {@code DISK_FULL} if no space is left; and an {@link
 * IllegalStateException} once the store is closed.
 */
public interface RecordStore extends AutoCloseable {
  /** Longest key, in UTF-8 bytes. */
  int MAX_KEY_BYTES = 1024;

  /** Largest value, in bytes: 16 MiB. Larger things belong into the blob store. */
  int MAX_VALUE_BYTES = 16 << 20;

  /** Most entries of one {@link #scan}. */
  int MAX_SCAN = 10_000;

  /** The value under this key, as a copy of the caller's own; empty if there is none. */
  Optional<byte[]> get(String key);

  /**
   * Does all of the batch or nothing of it. When this returns the change is on the disk and
   * survives a power cut; an empty batch does nothing. Readers see all of a batch or nothing of it.
   */
  void write(WriteBatch batch);

  /**
   * The entries whose key begins with {@code prefix} and comes after {@code afterKey}, in order.
   *
   * @param prefix "" for all
   * @param afterKey the last key of the page before; "" to begin, as every key comes after it
   * @param limit 1 to {@link #MAX_SCAN}; fewer entries than this mean that the end is reached
   */
  List<Entry> scan(String prefix, String afterKey, int limit);

  /** Gives the engine back; a second call does nothing. */
  @Override
  void close();

  /**
   * The UTF-8 form of a key.
   *
   * @throws IllegalArgumentException if the key is empty or over {@link #MAX_KEY_BYTES}: keys are
   *     made by code from names that were checked, so this is a bug and not bad input
   */
  static byte[] keyBytes(String key) {
    byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
    if (bytes.length == 0 || bytes.length > MAX_KEY_BYTES) {
      throw new IllegalArgumentException(
          "a key has 1 to %d bytes, not %d".formatted(MAX_KEY_BYTES, bytes.length));
    }
    return bytes;
  }

  /**
   * Checks a key as {@link #keyBytes} does, and the size of the value to be stored under it.
   *
   * @throws IllegalArgumentException if the key or the value is over its limit
   */
  static void requireStorable(String key, byte[] value) {
    keyBytes(key);
    if (value.length > MAX_VALUE_BYTES) {
      throw new IllegalArgumentException(
          "a value has at most %d bytes, not %d".formatted(MAX_VALUE_BYTES, value.length));
    }
  }

  /**
   * One stored value.
   *
   * @param key the whole key, prefix included
   * @param value the caller's own copy
   */
  @SuppressWarnings("ArrayRecordComponent") // a carrier of bytes: never compared or hashed
  record Entry(String key, byte[] value) {}
}
