package io.flotilla.controller.webhook;

import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.core.Decision;
import io.flotilla.controller.core.DecisionLoop;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.event.LoggedEvent;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings events to one webhook, one after the other in the order of the log, on a thread of its
 * own. An event counts as brought once that is stored: one that was being brought when the process
 * was killed is brought again, under the same id.
 */
final class Courier implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Courier.class);
  private static final int PAGE = 100;
  private static final int CLOSE_SECONDS = 15;

  /** A missed wake-up costs no more than this. */
  private static final Duration LOOK_AT_LEAST_EVERY = Duration.ofSeconds(30);

  private final String name;
  private final Round round;
  private final Semaphore news = new Semaphore(0);
  private final Thread thread;
  private final CountDownLatch ending = new CountDownLatch(1);
  private volatile boolean closed;
  private volatile boolean replaying;
  private volatile String lastFailure = "";

  /**
   * What all couriers share.
   *
   * @param core stores how far they are
   * @param log the events
   * @param ledger what is stored of deliveries
   * @param sender sends one event once
   * @param policy how patient they are
   * @param clock for dead letters
   */
  record Round(
      DecisionLoop core,
      EventLog log,
      Ledger ledger,
      Sender sender,
      WebhookPolicy policy,
      Clock clock) {}

  Courier(String name, Round round) {
    this.name = name;
    this.round = round;
    this.thread = Thread.ofPlatform().name("flotilla-webhook-" + name).daemon().start(this::run);
  }

  /** There may be something to bring. */
  void wake() {
    news.release();
  }

  /** Brings dead letters once more, each once. */
  void replay() {
    replaying = true;
    wake();
  }

  /** What went wrong last, if the last attempt went wrong; empty text if not. */
  String lastFailure() {
    return lastFailure;
  }

  private void run() {
    boolean failed = false;
    while (!closed) {
      try {
        if (failed) {
          pause(round.policy().longestPause());
          failed = false;
        }
        while (!closed && bringPage()) {
          // as long as there is something
        }
        if (replaying) {
          replaying = false;
          bringLetters();
        }
        if (news.tryAcquire(LOOK_AT_LEAST_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
          news.drainPermits();
        }
      } catch (InterruptedException e) {
        closed = true;
      } catch (FlotillaException | CompletionException e) {
        LOG.warn("webhook {} waits: {}", name, e.getMessage());
        failed = true;
      }
    }
  }

  /** Waits, unless it is to end. */
  private void pause(Duration pause) throws InterruptedException {
    closed |= ending.await(pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** True if there may be more. */
  private boolean bringPage() throws InterruptedException {
    Optional<Webhook> webhook = decide(tx -> round.ledger().webhook(tx, name));
    if (webhook.isEmpty()) {
      closed = true;
      return false;
    }
    long through = decide(tx -> round.ledger().through(tx, name));
    List<LoggedEvent> page = round.log().page(through, PAGE);
    long passed = through;
    for (LoggedEvent event : page) {
      if (webhook.get().wants(event.type())) {
        bring(webhook.get(), event);
        if (closed) {
          return false;
        }
      }
      passed = event.id();
    }
    long upTo = passed;
    if (upTo > through) {
      decide(
          tx -> {
            round.ledger().advance(tx, name, upTo);
            return upTo;
          });
    }
    return page.size() == PAGE;
  }

  private void bring(Webhook webhook, LoggedEvent event) throws InterruptedException {
    Optional<String> failure = round.sender().send(webhook, event);
    int attempt = 1;
    while (failure.isPresent() && attempt < round.policy().attempts() && !closed) {
      lastFailure = failure.get();
      pause(round.policy().pauseAfter(attempt));
      failure = round.sender().send(webhook, event);
      attempt++;
    }
    lastFailure = failure.orElse("");
    if (closed) {
      return;
    }
    int attempts = attempt;
    Optional<String> last = failure;
    decide(
        tx -> {
          last.map(f -> Ledger.letter(event, attempts, f, round.clock().millis()))
              .ifPresent(letter -> round.ledger().giveUp(tx, name, letter));
          round.ledger().advance(tx, name, event.id());
          return attempts;
        });
  }

  private void bringLetters() throws InterruptedException {
    Optional<Webhook> webhook = decide(tx -> round.ledger().webhook(tx, name));
    if (webhook.isEmpty()) {
      return;
    }
    for (DeadLetter letter : round.ledger().letters(name, 0, Ledger.MAX_LETTERS)) {
      long number = letter.event();
      List<LoggedEvent> found = round.log().page(number - 1, 1);
      Optional<String> failure =
          found.isEmpty() || found.getFirst().id() != number
              ? Optional.empty()
              : round.sender().send(webhook.get(), found.getFirst());
      lastFailure = failure.orElse("");
      if (closed || failure.isPresent()) {
        return; // what it does not take now keeps its place
      }
      decide(
          tx -> {
            round.ledger().arrived(tx, name, number);
            return number;
          });
    }
  }

  private <T> T decide(Decision<T> decision) {
    return round.core().submit(decision).toCompletableFuture().join();
  }

  /** Ends soon; an attempt under way is broken off and counts as not made. */
  void end() {
    closed = true;
    ending.countDown();
    thread.interrupt();
  }

  /** Ends, and waits for it. */
  @Override
  public void close() {
    end();
    try {
      if (!thread.join(Duration.ofSeconds(CLOSE_SECONDS))) {
        LOG.warn("the courier of webhook {} does not end", name);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
