package io.flotilla.controller.webhook;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.core.StoredRecords;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.device.FleetState;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.event.LoggedEvent;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All webhooks, and the couriers that bring them events: at least once, in the order of the log.
 * One that does not answer holds up no other.
 */
public final class Webhooks implements AutoCloseable {
  /** Most webhooks. */
  public static final int MAX_WEBHOOKS = 50;

  static final String OWN_EVENTS = "io.flotilla.webhook.";

  private final StoredRecords stored;
  private final EventLog events;
  private final Ledger ledger;
  private final WebhookSecrets secrets;
  private final Poster poster;
  private final Optional<Mailer> mailer;
  private final Courier.Round round;
  private final Map<String, Courier> couriers = new ConcurrentHashMap<>();
  private final Runnable deaf;

  /**
   * Webhooks; nothing is sent before {@link #start}.
   *
   * @param source of the CloudEvents
   */
  public Webhooks(
      FleetState fleet,
      StoredRecords stored,
      WebhookSecrets secrets,
      WebhookPolicy policy,
      Source source) {
    this.stored = stored;
    this.events = fleet.events();
    this.ledger = new Ledger(stored, events);
    this.secrets = secrets;
    this.poster = new Poster(secrets, policy.timeout(), source.clock(), source.name());
    this.mailer = source.mail().map(mail -> new Mailer(mail, policy.timeout(), source.name()));
    this.round =
        new Courier.Round(fleet.core(), events, ledger, this::send, policy, source.clock());
    this.deaf = events.listen(() -> couriers.values().forEach(Courier::wake));
  }

  /**
   * Who sends, and what time it is there.
   *
   * @param name in CloudEvents' terms: a URI reference such as {@code urn:flotilla:default}
   * @param clock for timestamps
   * @param mail the mail server, if there is one
   */
  public record Source(String name, Clock clock, Optional<MailSettings> mail) {}

  private Optional<String> send(Webhook webhook, LoggedEvent event) throws InterruptedException {
    if (!webhook.isMail()) {
      return poster.send(webhook, event);
    }
    return mailer.isEmpty()
        ? Optional.of("this controller has no mail server: see " + MailSettings.NAME)
        : mailer.get().send(webhook, event);
  }

  /** Goes on where an earlier process stopped. */
  public void start() {
    stored
        .scan(Ledger.WEBHOOKS, "", "", MAX_WEBHOOKS)
        .forEach(row -> couriers.put(row.id(), new Courier(row.id(), round)));
  }

  /**
   * Saves a webhook. A new one gets what happens from now on.
   *
   * @throws FlotillaException {@code CONFLICT} if there are {@value #MAX_WEBHOOKS} already, or it
   *     is to get e-mail and there is no mail server
   */
  void put(Transaction tx, Webhook webhook) {
    if (webhook.isMail() && mailer.isEmpty()) {
      throw new FlotillaException(
          ErrorCode.CONFLICT,
          "this controller has no mail server: write %s into its folder and start it again"
              .formatted(MailSettings.NAME));
    }
    boolean fresh = ledger.webhook(tx, webhook.name()).isEmpty();
    if (fresh && tx.scan(Ledger.WEBHOOKS, "", "", MAX_WEBHOOKS).size() == MAX_WEBHOOKS) {
      throw new FlotillaException(
          ErrorCode.CONFLICT, "there are %d webhooks: delete some".formatted(MAX_WEBHOOKS));
    }
    tx.put(Ledger.WEBHOOKS, webhook.name(), webhook);
    if (fresh) {
      ledger.advance(tx, webhook.name(), events.last(tx));
    }
    tx.then(() -> couriers.computeIfAbsent(webhook.name(), name -> new Courier(name, round)));
  }

  /**
   * Deletes a webhook with its dead letters.
   *
   * @throws FlotillaException {@code WEBHOOK_NOT_FOUND}
   */
  void delete(Transaction tx, String name) {
    if (ledger.webhook(tx, name).isEmpty()) {
      throw notFound();
    }
    ledger.forget(tx, name);
    tx.then(
        () -> {
          Courier courier = couriers.remove(name);
          if (courier != null) {
            courier.end();
          }
        });
  }

  /** All webhooks, by name. */
  List<Webhook> list() {
    return stored.scan(Ledger.WEBHOOKS, "", "", MAX_WEBHOOKS).stream()
        .map(row -> row.value())
        .toList();
  }

  /**
   * A webhook.
   *
   * @throws FlotillaException {@code WEBHOOK_NOT_FOUND}
   */
  Webhook require(String name) {
    return stored.get(Ledger.WEBHOOKS, name).orElseThrow(Webhooks::notFound);
  }

  /** What the webhook shares with this controller. */
  String secret(Webhook webhook) {
    return secrets.text(webhook);
  }

  /** Number of the last event that needs no delivery any more. */
  long through(String name) {
    return ledger.through(name);
  }

  /** What went wrong with the last attempt; empty text if it went well. */
  String lastFailure(String name) {
    return Optional.ofNullable(couriers.get(name)).map(Courier::lastFailure).orElse("");
  }

  /** Dead letters, the oldest first; see {@link Ledger#letters}. */
  List<DeadLetter> letters(String name, long after, int limit) {
    return ledger.letters(name, after, limit);
  }

  /** Sends the dead letters once more, after what is due. */
  void replay(String name) {
    require(name);
    Optional.ofNullable(couriers.get(name)).ifPresent(Courier::replay);
  }

  private static FlotillaException notFound() {
    return new FlotillaException(
        ErrorCode.WEBHOOK_NOT_FOUND, "no webhook is called so: see GET /webhooks");
  }

  /** Stops all deliveries; what was not taken yet is sent after the next start. */
  @Override
  public void close() {
    deaf.run();
    couriers.values().forEach(Courier::end);
    couriers.values().forEach(Courier::close);
    poster.close();
  }
}
