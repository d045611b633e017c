package io.flotilla.controller.link;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The controller's MQTT 5 connection, over mutual TLS, to the embedded broker or any other. Each
 * connection is a clean session: what must survive is in the store and is sent again on {@link
 * LinkListener#onConnected}. Once it was connected it reconnects by itself, with growing pauses of
 * 0.1 to 5 s, until it is closed.
 *
 * <p>Messages, changes of the connection and outcomes of publications are handed over one after the
 * other on one thread, {@code flotilla-link}.
 */
public final class DeviceLink implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceLink.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(3);
  private static final int MAX_DOUBLINGS = 8;

  // Configuration.
  private final LinkConfig config;
  private final Consumer<InboundMessage> receiver;
  private final LinkListener listener;
  private final RandomGenerator random;

  // The link's life.
  private final ScheduledExecutorService thread;
  private volatile boolean closed;

  /** The open connection; written on the link's thread only. */
  private volatile @Nullable Connection current;

  /** Attempts since the last open connection; the link's thread only. */
  private int attempts;

  /**
   * A link that is not connected yet.
   *
   * @param receiver gets every message, on the link's thread; holding it up holds up the broker
   * @param random spreads the reconnects
   */
  public DeviceLink(
      LinkConfig config,
      Consumer<InboundMessage> receiver,
      LinkListener listener,
      RandomGenerator random) {
    this.config = config;
    this.receiver = receiver;
    this.listener = listener;
    this.random = random;
    this.thread =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("flotilla-link").daemon(true).factory());
  }

  /**
   * Connects and subscribes, in one attempt of at most 20 s. The stage completes normally when
   * messages flow; exceptionally with {@code BROKER_UNREACHABLE} if nothing answers there, and with
   * {@code BROKER_REFUSED} if the certificates do not fit or the broker says no. After a failure it
   * may be called again.
   */
  public CompletionStage<Void> connect() {
    return CompletableFuture.supplyAsync(this::attempt, thread).thenCompose(opening -> opening);
  }

  /**
   * Publishes with QoS 1. Never blocks. The stage completes normally when the broker has taken the
   * message; exceptionally with {@code BROKER_REFUSED} if it says no, and with {@code
   * BROKER_UNREACHABLE} if there is no connection, it is lost meanwhile (then the message may have
   * arrived or not), or more than 64 MiB wait for a slow broker.
   */
  public CompletionStage<Void> publish(OutboundMessage message) {
    Connection connection = current;
    return connection == null
        ? CompletableFuture.failedStage(LinkFailures.notConnected())
        : connection.publish(message);
  }

  /** Whether messages flow now. */
  public boolean connected() {
    return current != null;
  }

  /** Says goodbye to the broker and ends the link's thread; takes at most 3 s. */
  @Override
  public void close() {
    closed = true;
    Connection connection = current;
    current = null;
    if (connection != null) {
      connection
          .close()
          .toCompletableFuture()
          .completeOnTimeout(null, CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
          .join();
    }
    thread.shutdown();
  }

  private void handOver(Runnable task) {
    try {
      thread.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("the link is closed: nobody is left to hear it");
    }
  }

  private CompletionStage<Void> attempt() {
    Attempt attempt = new Attempt();
    attempts++;
    return attempt.connection.open().thenRun(attempt::opened);
  }

  private void again() {
    if (closed) {
      return;
    }
    attempt()
        .whenComplete(
            (opened, failure) -> {
              if (failure != null) {
                LOG.debug("reconnect {} failed: {}", attempts, LinkFailures.reason(failure));
                pauseAndTry();
              }
            });
  }

  private void pauseAndTry() {
    if (closed) {
      return;
    }
    long doubled = FIRST_PAUSE.toMillis() << Math.min(attempts, MAX_DOUBLINGS);
    long longest = Math.min(LONGEST_PAUSE.toMillis(), doubled);
    long pause = random.nextLong(FIRST_PAUSE.toMillis(), longest + 1);
    try {
      var _ = thread.schedule(this::again, pause, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("the link was closed meanwhile");
    }
  }

  /** One attempt and, if it succeeds, its connection; confined to the link's thread. */
  private final class Attempt {
    private final Connection connection =
        new Connection(config, CONNECT_TIMEOUT, DeviceLink.this::handOver, receiver, this::lost);
    private boolean open;
    private boolean ended;

    void opened() {
      if (closed) {
        var _ = connection.close();
        return;
      }
      if (ended) {
        throw LinkFailures.notConnected();
      }
      open = true;
      attempts = 0;
      current = connection;
      LOG.info("connected to the broker {}", config.broker());
      listener.onConnected();
    }

    void lost(Throwable cause) {
      ended = true;
      connection.abandon();
      if (!open || closed) {
        return; // the outcome of the attempt says it, or the link said goodbye itself
      }
      open = false;
      current = null;
      String reason = LinkFailures.reason(cause);
      LOG.warn("lost the broker {}: {}", config.broker(), reason);
      listener.onDisconnected(reason);
      pauseAndTry();
    }
  }
}
