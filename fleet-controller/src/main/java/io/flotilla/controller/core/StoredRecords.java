package io.flotilla.controller.core;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.codec.RecordCodec;
import io.flotilla.registry.store.RecordStore;
import java.util.List;
import java.util.Optional;

/** What is stored, for readers outside decisions. Thread-safe; every call reads the disk. */
public final class StoredRecords {
  /** Longest id asked for, in characters: with any of them it stays within the store's limit. */
  private static final int MAX_ID_CHARS = 300;

  private final RecordStore store;

  /** The records in this store. */
  public StoredRecords(RecordStore store) {
    this.store = store;
  }

  /** The record of this id, if there is one. */
  public <T extends Record> Optional<T> get(Table<T> table, String id) {
    if (id.length() > MAX_ID_CHARS) {
      return Optional.empty();
    }
    return store
        .get(table.key(id))
        .map(bytes -> RecordCodec.decode(bytes, table.type(), table.key(id)));
  }

  /**
   * Records in the order of their ids.
   *
   * @param idPrefix what the ids begin with; "" for all
   * @param afterId the last id of the page before; "" to begin
   * @param limit 1 to {@link RecordStore#MAX_SCAN}; fewer records mean that the end is reached
   * @throws FlotillaException {@code INPUT_INVALID} if a prefix or cursor is longer than any id
   */
  public <T extends Record> List<Table.Row<T>> scan(
      Table<T> table, String idPrefix, String afterId, int limit) {
    if (idPrefix.length() > MAX_ID_CHARS || afterId.length() > MAX_ID_CHARS) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "names and cursors have at most " + MAX_ID_CHARS + " characters");
    }
    String after = afterId.isEmpty() ? "" : table.key(afterId);
    return store.scan(table.key(idPrefix), after, limit).stream()
        .map(
            entry ->
                new Table.Row<>(
                    table.id(entry.key()),
                    RecordCodec.decode(entry.value(), table.type(), entry.key())))
        .toList();
  }
}
