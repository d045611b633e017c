package io.flotilla.controller.governance;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.core.StoredRecords;
import io.flotilla.controller.core.Table;
import io.flotilla.registry.store.RecordStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Reads what ran where and when. Thread-safe; touches the disk. */
final class IntervalHistory {
  /** Most intervals that one page looks at. */
  private static final int MAX_SEEN = RecordStore.MAX_SCAN;

  /** How many neighbours are looked at for a version that ran around a time. */
  private static final int NEIGHBOURS = 64;

  private final StoredRecords stored;

  IntervalHistory(StoredRecords stored) {
    this.stored = stored;
  }

  /**
   * Some intervals of a version.
   *
   * @param next goes on after the last one that was looked at; empty at the end
   */
  record Page(List<RunningInterval> items, Optional<String> next) {}

  /**
   * The devices that ran a version, by their ids, and from when to when.
   *
   * @param after {@link Page#next} of the page before; "" to begin
   * @param limit 1 or more; a page may have fewer and still have a next one
   * @throws FlotillaException {@code CURSOR_INVALID}
   */
  Page ofVersion(
      String model, int version, Predicate<RunningInterval> wanted, String after, int limit) {
    if (!after.isEmpty() && !after.matches("[a-z0-9][a-z0-9._-]{0,63}/[0-9]{10}")) {
      throw new FlotillaException(
          ErrorCode.CURSOR_INVALID, "the cursor is not one that this list gave: begin without one");
    }
    String prefix = RunningInterval.ofVersion(model, version);
    List<Table.Row<RunningInterval>> rows =
        stored.scan(
            RunningIntervals.BY_VERSION, prefix, after.isEmpty() ? "" : prefix + after, MAX_SEEN);
    List<RunningInterval> items = new ArrayList<>();
    for (Table.Row<RunningInterval> row : rows) {
      if (wanted.test(row.value())) {
        items.add(row.value());
        if (items.size() == limit) {
          return new Page(items, Optional.of(row.value().onDevice()));
        }
      }
    }
    return new Page(
        items,
        rows.size() < MAX_SEEN ? Optional.empty() : Optional.of(rows.getLast().value().onDevice()));
  }

  /** What a device ran at a time; empty if nothing is known to have run. */
  Optional<RunningInterval> at(String device, long atMs) {
    return find(device, lastBegunBy(device, atMs)).filter(interval -> interval.contains(atMs));
  }

  /**
   * The interval in which a version scored at a time of the device's own clock: the one that holds
   * that time, else the nearest one of that version.
   */
  Optional<RunningInterval> around(String device, String model, int version, long atMs) {
    long begun = lastBegunBy(device, atMs);
    Optional<RunningInterval> nearest = Optional.empty();
    for (long number = Math.max(1, begun - NEIGHBOURS); number <= begun + NEIGHBOURS; number++) {
      Optional<RunningInterval> found = find(device, number);
      if (found.isEmpty()) {
        break;
      }
      boolean same =
          found.get().version().model().equals(model) && found.get().version().version() == version;
      boolean nearer =
          nearest.map(known -> known.distance(atMs) >= found.get().distance(atMs)).orElse(true);
      if (same && nearer) {
        nearest = found;
      }
    }
    return nearest;
  }

  /** Number of the last interval that began at or before this time; 0 if none did. */
  private long lastBegunBy(String device, long atMs) {
    long low = 0;
    long high =
        stored.get(RunningIntervals.LAST, device).map(RunningIntervals.Last::number).orElse(0L) + 1;
    while (high - low > 1) {
      long middle = (low + high) >>> 1;
      if (find(device, middle).filter(interval -> interval.fromMs() <= atMs).isPresent()) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private Optional<RunningInterval> find(String device, long number) {
    return stored.get(RunningIntervals.BY_DEVICE, RunningInterval.ofDevice(device, number));
  }
}
