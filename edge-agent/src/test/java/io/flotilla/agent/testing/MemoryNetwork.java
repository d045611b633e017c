package io.flotilla.agent.testing;

import io.flotilla.agent.transport.DeviceTransport;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A broker in memory, the only stand-in of these tests: retained messages, wills, subscriptions,
 * and a switch to be unreachable. Everything is delivered on one thread, in order.
 */
public final class MemoryNetwork implements AutoCloseable {
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> Thread.ofPlatform().name("memory-network").daemon(true).unstarted(task));
  private final Map<String, byte[]> retained = new HashMap<>();
  private final List<Link> links = new ArrayList<>();
  private @Nullable BiConsumer<String, byte[]> controller;
  private boolean up = true;

  /** A transport for one device. */
  public DeviceTransport transport() {
    return new Link();
  }

  /** Who is told of everything that devices publish, on the network's thread. */
  public void listen(BiConsumer<String, byte[]> listener) {
    run(() -> controller = listener);
  }

  /** Publishes to devices. */
  public void publish(String topic, byte[] payload, boolean retain) {
    run(() -> route(topic, payload, retain));
  }

  /** Cuts all connections, or lets them come back. */
  public void reachable(boolean now) {
    run(
        () -> {
          up = now;
          links.forEach(now ? Link::tryConnect : Link::drop);
        });
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }

  private void run(Runnable piece) {
    if (!thread.isShutdown()) {
      thread.execute(piece);
    }
  }

  private void route(String topic, byte[] payload, boolean retain) {
    if (retain) {
      retained.put(topic, payload);
    }
    for (Link link : links) {
      link.deliver(topic, payload);
    }
  }

  private static boolean matches(String filter, String topic) {
    return filter.endsWith("/#")
        ? topic.startsWith(filter.substring(0, filter.length() - 1))
        : filter.equals(topic);
  }

  private final class Link implements DeviceTransport {
    private final Set<String> filters = new HashSet<>();
    private @Nullable Will will;
    private @Nullable Listener listener;
    private boolean connected;

    @Override
    public void connect(Will farewell, Listener told) {
      run(
          () -> {
            will = farewell;
            listener = told;
            links.add(this);
            tryConnect();
          });
    }

    @Override
    public CompletionStage<Void> publish(String topic, byte[] payload, boolean retain) {
      CompletableFuture<Void> done = new CompletableFuture<>();
      run(
          () -> {
            if (!connected) {
              done.completeExceptionally(unreachable());
              return;
            }
            done.complete(null);
            route(topic, payload, retain);
            BiConsumer<String, byte[]> told = controller;
            if (told != null) {
              told.accept(topic, payload);
            }
          });
      return done;
    }

    @Override
    public CompletionStage<Void> subscribe(String filter) {
      CompletableFuture<Void> done = new CompletableFuture<>();
      run(
          () -> {
            filters.add(filter);
            if (connected) {
              deliverRetained(filter);
            }
            done.complete(null);
          });
      return done;
    }

    @Override
    public void unsubscribe(String filter) {
      run(() -> filters.remove(filter));
    }

    @Override
    public void close() {
      run(
          () -> {
            connected = false;
            links.remove(this);
          });
    }

    private void tryConnect() {
      Listener told = listener;
      if (up && told != null && !connected) {
        connected = true;
        told.connected();
        Set.copyOf(filters).forEach(this::deliverRetained);
      }
    }

    private void drop() {
      Listener told = listener;
      Will farewell = will;
      if (connected && told != null && farewell != null) {
        connected = false;
        told.disconnected(unreachable());
        route(farewell.topic(), farewell.payload(), true);
      }
    }

    private void deliver(String topic, byte[] payload) {
      Listener told = listener;
      if (connected && told != null && filters.stream().anyMatch(f -> matches(f, topic))) {
        told.message(topic, payload.clone());
      }
    }

    private void deliverRetained(String filter) {
      Listener told = listener;
      retained.forEach(
          (topic, payload) -> {
            if (told != null && matches(filter, topic)) {
              told.message(topic, payload.clone());
            }
          });
    }

    private FlotillaException unreachable() {
      return new FlotillaException(ErrorCode.BROKER_UNREACHABLE, "the network is down");
    }
  }
}
