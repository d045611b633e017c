package io.flotilla.controller.event;

import io.flotilla.controller.core.Table;
import io.flotilla.controller.core.Transaction;
import io.flotilla.registry.codec.RecordCodec;
import io.flotilla.registry.store.RecordStore;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;

/**
 * The event log. Events are appended by decisions and become visible with their batch: whoever
 * reads an event can read everything that it tells of. Reading is thread-safe and touches the disk.
 */
public final class EventLog {
  /** Most events of one page. */
  public static final int MAX_PAGE = 1000;

  private static final Table<LoggedEvent> EVENTS = Table.of("event", LoggedEvent.class);
  private static final Table<Sequence> SEQUENCE = Table.cached("event-sequence", Sequence.class);
  private static final String LAST = "last";

  private final RecordStore store;
  private final Clock clock;
  private final Set<Runnable> listeners = new CopyOnWriteArraySet<>();

  /** The log in this store. */
  public EventLog(RecordStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  /** Adds events as a part of the decision, and wakes the listeners once they are stored. */
  public void append(Transaction tx, List<FleetEvent> events) {
    if (events.isEmpty()) {
      return;
    }
    long last = last(tx);
    long nowMs = clock.millis();
    for (FleetEvent event : events) {
      last++;
      tx.put(
          EVENTS,
          rowId(last),
          new LoggedEvent(last, event.type(), event.subject(), nowMs, event.data()));
    }
    tx.put(SEQUENCE, LAST, new Sequence(last));
    tx.thenOnce("event-log", this::published);
  }

  /** Adds one event; see {@link #append(Transaction, List)}. */
  public void append(Transaction tx, FleetEvent event) {
    append(tx, List.of(event));
  }

  /** Wakes the listeners; a wake-up without news is harmless. */
  public void published() {
    listeners.forEach(Runnable::run);
  }

  /**
   * The stored events after a number, in order.
   *
   * @param after number of the last event already seen; 0 to begin
   * @param limit 1 to {@link #MAX_PAGE}
   */
  public List<LoggedEvent> page(long after, int limit) {
    String afterKey = after <= 0 ? "" : EVENTS.key(rowId(after));
    return store.scan(EVENTS.key(""), afterKey, Math.clamp(limit, 1, MAX_PAGE)).stream()
        .map(entry -> RecordCodec.decode(entry.value(), LoggedEvent.class, entry.key()))
        .toList();
  }

  /** Number of the last stored event; 0 if there is none. */
  public long last() {
    return store
        .get(SEQUENCE.key(LAST))
        .map(value -> RecordCodec.decode(value, Sequence.class).id())
        .orElse(0L);
  }

  /** Number of the last event as the decision sees it; 0 if there is none. Core thread only. */
  public long last(Transaction tx) {
    return tx.get(SEQUENCE, LAST).map(Sequence::id).orElse(0L);
  }

  /**
   * Runs {@code listener} on the core thread whenever events were stored; it must not block.
   *
   * @return stops it
   */
  public Runnable listen(Runnable listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  private static String rowId(long id) {
    return String.format(Locale.ROOT, "%019d", id);
  }

  /** The last number given out. */
  record Sequence(long id) {}
}
