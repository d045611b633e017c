package io.flotilla.controller.core;

/**
 * The records of one kind in the store, under keys {@code name/id}.
 *
 * @param name first part of the keys
 * @param type what is stored, in the form of {@link io.flotilla.registry.codec.RecordCodec}
 * @param cached whether decoded records stay in memory; only for kinds bounded by the size of the
 *     fleet, such as devices, never for predictions
 */
public record Table<T extends Record>(String name, Class<T> type, boolean cached) {
  /** A table whose records are read from the store each time. */
  public static <T extends Record> Table<T> of(String name, Class<T> type) {
    return new Table<>(name, type, false);
  }

  /** A table whose records stay in memory once read. */
  public static <T extends Record> Table<T> cached(String name, Class<T> type) {
    return new Table<>(name, type, true);
  }

  /** The store's key of a record. */
  public String key(String id) {
    return name + "/" + id;
  }

  /** The record's id within this table, from its key in the store. */
  String id(String key) {
    return key.substring(name.length() + 1);
  }

  /**
   * One record.
   *
   * @param id its key without the table's name
   */
  public record Row<T extends Record>(String id, T value) {}
}
