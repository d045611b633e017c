package io.flotilla.controller.catalog;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.core.StoredRecords;
import io.flotilla.controller.core.Table;
import io.flotilla.controller.core.Transaction;
import io.flotilla.registry.model.ModelVersion;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongFunction;

/**
 * Records that belong to versions, counted from 1 for each version. Appending is a part of a
 * decision; reading is thread-safe and touches the disk.
 *
 * @param <T> one record
 */
public final class VersionSeries<T extends Record> {
  /** Most records of a version. */
  public static final int MAX_RECORDS = 10_000;

  private final String name;
  private final Table<T> table;
  private final Table<Last> lasts;
  private final StoredRecords stored;

  /**
   * A series.
   *
   * @param name of its table; that of the numbers given is {@code name-last}
   */
  public VersionSeries(String name, Class<T> type, StoredRecords stored) {
    this.name = name;
    this.table = Table.of(name, type);
    this.lasts = Table.of(name + "-last", Last.class);
    this.stored = stored;
  }

  private record Last(long number) {}

  /**
   * Adds a record to those of a version.
   *
   * @param record from its number
   * @throws FlotillaException {@code CONFLICT} if there are {@value #MAX_RECORDS} already
   */
  public T append(Transaction tx, ModelVersion version, LongFunction<T> record) {
    String prefix = prefix(version.model(), version.version());
    long number = tx.get(lasts, prefix).map(Last::number).orElse(0L) + 1;
    if (number > MAX_RECORDS) {
      throw new FlotillaException(
          ErrorCode.CONFLICT,
          "%s has %d records of the kind %s, which is as many as there can be"
              .formatted(version.reference(), MAX_RECORDS, name));
    }
    T added = record.apply(number);
    tx.put(lasts, prefix, new Last(number));
    tx.put(table, prefix + row(number), added);
    return added;
  }

  /**
   * Records of a version, oldest first.
   *
   * @param after number of the last one of the page before; 0 to begin
   * @param limit most records
   */
  public List<T> page(String model, int version, long after, int limit) {
    String prefix = prefix(model, version);
    return stored.scan(table, prefix, after == 0 ? "" : prefix + row(after), limit).stream()
        .map(Table.Row::value)
        .toList();
  }

  /** The record of this number. */
  public Optional<T> find(String model, int version, long number) {
    return stored.get(table, prefix(model, version) + row(number));
  }

  /** What the ids of everything that belongs to a version begin with. */
  public static String prefix(String model, int version) {
    return String.format(Locale.ROOT, "%s/%010d/", model, version);
  }

  private static String row(long number) {
    return String.format(Locale.ROOT, "%010d", number);
  }
}
