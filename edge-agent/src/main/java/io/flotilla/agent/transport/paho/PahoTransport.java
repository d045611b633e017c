package io.flotilla.agent.transport.paho;

import io.flotilla.agent.identity.Identity;
import io.flotilla.agent.transport.DeviceTransport;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The transport over Paho. Its own worker thread makes one client for each connection, takes up the
 * subscriptions, and carries out what was asked, in order; Paho's callbacks only hand on. Paho's
 * offline buffer and automatic reconnect are not used: the spool and this thread do that.
 *
 * <p>Between attempts it waits with full jitter: a random time up to a bound that doubles from
 * {@link #FIRST_BOUND_MS} to {@link #LONGEST_BOUND_MS}, so that a fleet does not come back at once.
 */
public final class PahoTransport implements DeviceTransport {
  /** First bound of the wait between attempts, in milliseconds. */
  public static final long FIRST_BOUND_MS = 500;

  /** Longest bound of the wait between attempts, in milliseconds. */
  public static final long LONGEST_BOUND_MS = 30_000;

  private static final Logger LOG = LoggerFactory.getLogger(PahoTransport.class);
  private static final int QUEUE = 256;
  private static final long POLL_MS = 500;
  private static final long JOIN_MS = 3_000;

  // configuration
  private final Identity identity;
  private final RandomGenerator jitter;
  private final Set<String> filters = new ConcurrentSkipListSet<>();
  private final BlockingQueue<Task> tasks = new ArrayBlockingQueue<>(QUEUE);

  // session
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile boolean closed;
  private volatile boolean online;
  private @Nullable Thread worker;

  /**
   * A transport for this device, with jitter seeded by its id and the time of its making.
   *
   * @throws FlotillaException {@code CONFIGURATION_INVALID} if the identity's files are damaged
   */
  public PahoTransport(Identity identity) {
    this(identity, new SplittableRandom(identity.deviceId().hashCode() ^ System.nanoTime()));
  }

  /**
   * A transport with jitter from outside, which is used by one thread only.
   *
   * @throws FlotillaException {@code CONFIGURATION_INVALID} if the identity's files are damaged
   */
  public PahoTransport(Identity identity, RandomGenerator jitter) {
    this.identity = identity;
    this.jitter = jitter;
    // One for all connections, so that TLS sessions are resumed.
    // Found out now rather than at the first attempt.
    var _ = identity.tls();
  }

  /** Something to do on the worker's thread with the connection that is there. */
  sealed interface Task {
    /** Completes when done. */
    CompletableFuture<Void> done();

    /** Publish. */
    @SuppressWarnings("ArrayRecordComponent")
    record Publish(String topic, byte[] payload, boolean retain, CompletableFuture<Void> done)
        implements Task {}

    /** Subscribe. */
    record Subscribe(String filter, CompletableFuture<Void> done) implements Task {}

    /** Nothing: look whether the transport is closed. */
    record Wake(CompletableFuture<Void> done) implements Task {}

    /** Unsubscribe. */
    record Unsubscribe(String filter, CompletableFuture<Void> done) implements Task {}
  }

  @Override
  public void connect(Will will, Listener listener) {
    worker =
        Thread.ofPlatform()
            .name("mqtt-" + identity.deviceId())
            .daemon(true)
            .start(() -> work(will, listener));
  }

  @Override
  public CompletionStage<Void> publish(String topic, byte[] payload, boolean retain) {
    return submit(new Task.Publish(topic, payload, retain, new CompletableFuture<>()));
  }

  @Override
  public CompletionStage<Void> subscribe(String filter) {
    filters.add(filter);
    if (!online) {
      return CompletableFuture.completedFuture(null);
    }
    return submit(new Task.Subscribe(filter, new CompletableFuture<>()));
  }

  @Override
  public void unsubscribe(String filter) {
    filters.remove(filter);
    if (online) {
      CompletionStage<Void> told = submit(new Task.Unsubscribe(filter, new CompletableFuture<>()));
      told.whenComplete(
          (done, failure) -> {
            if (failure != null) {
              LOG.debug("{} cannot unsubscribe", identity.deviceId(), failure);
            }
          });
    }
  }

  @Override
  public void close() {
    closed = true;
    closing.countDown();
    if (!tasks.offer(new Task.Wake(new CompletableFuture<>()))) {
      LOG.trace("{} has tasks queued and so is awake", identity.deviceId());
    }
    Thread running = worker;
    if (running != null && running != Thread.currentThread()) {
      try {
        running.join(JOIN_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private CompletionStage<Void> submit(Task task) {
    if (!online || closed) {
      return CompletableFuture.failedFuture(unreachable("not connected"));
    }
    if (!tasks.offer(task)) {
      return CompletableFuture.failedFuture(unreachable("too much is waiting to be sent"));
    }
    return task.done();
  }

  private void work(Will will, Listener listener) {
    long boundMs = FIRST_BOUND_MS;
    while (!closed) {
      FlotillaException reason;
      try (PahoConnection connection = PahoConnection.open(identity, sockets(), will, listener)) {
        connection.subscribe(List.copyOf(filters));
        online = true;
        boundMs = FIRST_BOUND_MS;
        listener.connected();
        serve(connection);
        reason = unreachable("the connection to the broker was lost");
      } catch (FlotillaException e) {
        reason = e;
      }
      online = false;
      failWaiting();
      if (!closed) {
        listener.disconnected(reason);
        pause(jitter.nextLong(boundMs) + 1);
        boundMs = Math.min(LONGEST_BOUND_MS, 2 * boundMs);
      }
    }
    failWaiting();
  }

  /** With the certificate of this moment: it may have been renewed. */
  private SSLSocketFactory sockets() {
    return new PromptSockets(identity.tls().getSocketFactory());
  }

  /** Carries out tasks until the connection is lost, or everything asked for before closing. */
  private void serve(PahoConnection connection) {
    while (connection.alive()) {
      Task task;
      try {
        task = closed ? tasks.poll() : tasks.poll(POLL_MS, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      if (task != null) {
        connection.carryOut(task);
      } else if (closed) {
        connection.sayGoodbye();
        return;
      }
    }
  }

  private void failWaiting() {
    for (Task task = tasks.poll(); task != null; task = tasks.poll()) {
      task.done().completeExceptionally(unreachable("the connection to the broker was lost"));
    }
  }

  private void pause(long ms) {
    try {
      if (closing.await(ms, TimeUnit.MILLISECONDS)) {
        LOG.debug("{} is closing", identity.deviceId());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closed = true;
    }
  }

  private FlotillaException unreachable(String why) {
    return new FlotillaException(
        ErrorCode.BROKER_UNREACHABLE, "%s (%s)".formatted(why, identity.broker()));
  }
}
