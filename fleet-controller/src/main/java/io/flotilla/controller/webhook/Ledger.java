package io.flotilla.controller.webhook;

import io.flotilla.controller.core.StoredRecords;
import io.flotilla.controller.core.Table;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.event.FleetEvent;
import io.flotilla.controller.event.LoggedEvent;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What is stored of webhooks and their deliveries. What takes a transaction is for the core. */
final class Ledger {
  /** Most dead letters of one webhook; the oldest make room. */
  static final int MAX_LETTERS = 1000;

  static final Table<Webhook> WEBHOOKS = Table.cached("webhook", Webhook.class);
  private static final Table<Progress> PROGRESS = Table.cached("webhook-progress", Progress.class);
  private static final Table<DeadLetter> LETTERS =
      Table.of("webhook-dead-letter", DeadLetter.class);

  private final StoredRecords stored;
  private final EventLog events;

  Ledger(StoredRecords stored, EventLog events) {
    this.stored = stored;
    this.events = events;
  }

  /**
   * How far a webhook is.
   *
   * @param through number of the last event that it took, did not want, or did not get
   */
  record Progress(long through) {}

  Optional<Webhook> webhook(Transaction tx, String name) {
    return tx.get(WEBHOOKS, name);
  }

  long through(Transaction tx, String name) {
    return tx.get(PROGRESS, name).map(Progress::through).orElse(0L);
  }

  /** Everything up to this event needs no delivery any more. */
  void advance(Transaction tx, String name, long through) {
    if (webhook(tx, name).isPresent()) {
      tx.put(PROGRESS, name, new Progress(through));
    }
  }

  /** An event is not sent any more, until somebody asks for a replay. */
  void giveUp(Transaction tx, String name, DeadLetter letter) {
    if (webhook(tx, name).isEmpty()) {
      return;
    }
    tx.put(LETTERS, key(name, letter.event()), letter);
    List<Table.Row<DeadLetter>> kept = tx.scan(LETTERS, prefix(name), "", MAX_LETTERS + 1);
    if (kept.size() > MAX_LETTERS) {
      tx.delete(LETTERS, kept.getFirst().id());
    }
    events.append(
        tx,
        new FleetEvent(
            Webhooks.OWN_EVENTS + "undelivered",
            "webhook/" + name,
            Map.of("event", Long.toString(letter.event()), "failure", letter.failure())));
  }

  /** A dead letter arrived after all. */
  void arrived(Transaction tx, String name, long event) {
    tx.delete(LETTERS, key(name, event));
  }

  /** Nothing is left of a webhook. */
  void forget(Transaction tx, String name) {
    tx.delete(WEBHOOKS, name);
    tx.delete(PROGRESS, name);
    tx.scan(LETTERS, prefix(name), "", MAX_LETTERS + 1)
        .forEach(letter -> tx.delete(LETTERS, letter.id()));
  }

  /**
   * Stored dead letters of a webhook, the oldest first.
   *
   * @param after number of the last event of the page before; 0 to begin
   */
  List<DeadLetter> letters(String name, long after, int limit) {
    return stored.scan(LETTERS, prefix(name), after == 0 ? "" : key(name, after), limit).stream()
        .map(Table.Row::value)
        .toList();
  }

  /** How far a webhook is, as it is stored. */
  long through(String name) {
    return stored.get(PROGRESS, name).map(Progress::through).orElse(0L);
  }

  private static String prefix(String webhook) {
    return webhook + "/";
  }

  private static String key(String webhook, long event) {
    return String.format(Locale.ROOT, "%s%019d", prefix(webhook), event);
  }

  /** An event that is given up. */
  static DeadLetter letter(LoggedEvent event, int attempts, String failure, long nowMs) {
    return new DeadLetter(event.id(), event.type(), event.subject(), attempts, failure, nowMs);
  }
}
