package io.flotilla.controller.link;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The publications of one connection: at most {@link #MAX_IN_FLIGHT} are with the broker, the
 * others wait in order, up to {@link #MAX_WAITING_BYTES}. Thread-safe.
 */
final class PublishWindow {
  /** Most publications sent and not yet acknowledged. */
  static final int MAX_IN_FLIGHT = 64;

  /** Most bytes of payload that wait: 64 MiB. */
  static final long MAX_WAITING_BYTES = 64L << 20;

  private final Function<OutboundMessage, CompletionStage<Void>> send;

  @GuardedBy("this")
  private final Queue<Waiting> waiting = new ArrayDeque<>();

  @GuardedBy("this")
  private long waitingBytes;

  @GuardedBy("this")
  private int inFlight;

  @GuardedBy("this")
  private @Nullable FlotillaException lost;

  /** A window in front of {@code send}, which never throws and completes every stage. */
  PublishWindow(Function<OutboundMessage, CompletionStage<Void>> send) {
    this.send = send;
  }

  private record Waiting(OutboundMessage message, CompletableFuture<Void> outcome) {}

  /**
   * Sends now or as soon as there is room. The stage completes when the broker has acknowledged it;
   * exceptionally with what {@code send} failed with, or with {@code BROKER_UNREACHABLE} if too
   * much waits or the connection is lost.
   */
  CompletionStage<Void> publish(OutboundMessage message) {
    Waiting entry = new Waiting(message, new CompletableFuture<>());
    synchronized (this) {
      if (lost != null) {
        return CompletableFuture.failedStage(lost);
      }
      if (inFlight >= MAX_IN_FLIGHT) {
        if (waitingBytes + message.payload().length > MAX_WAITING_BYTES) {
          return CompletableFuture.failedStage(LinkFailures.windowFull());
        }
        waiting.add(entry);
        waitingBytes += message.payload().length;
        return entry.outcome;
      }
      inFlight++;
    }
    start(entry);
    return entry.outcome;
  }

  /** Fails everything that waits, and everything to come. */
  void lose(FlotillaException reason) {
    List<Waiting> left;
    synchronized (this) {
      lost = reason;
      left = new ArrayList<>(waiting);
      waiting.clear();
      waitingBytes = 0;
    }
    left.forEach(entry -> entry.outcome.completeExceptionally(reason));
  }

  private void start(Waiting entry) {
    send.apply(entry.message)
        .whenComplete(
            (done, failure) -> {
              Waiting next = next();
              if (next != null) {
                start(next);
              }
              if (failure == null) {
                entry.outcome.complete(null);
              } else {
                entry.outcome.completeExceptionally(failure);
              }
            });
  }

  /** Takes the place of a finished publication, or frees it. */
  private synchronized @Nullable Waiting next() {
    Waiting next = waiting.poll();
    if (next == null) {
      inFlight--;
    } else {
      waitingBytes -= next.message.payload().length;
    }
    return next;
  }
}
