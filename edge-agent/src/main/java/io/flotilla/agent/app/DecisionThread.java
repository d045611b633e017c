package io.flotilla.agent.app;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread on which an agent decides. Work comes through a bounded queue; between pieces of
 * work, and at least every {@link #TICK_MS}, the tick runs. A piece that throws is a bug, which is
 * logged and does not end the agent.
 */
final class DecisionThread {
  /** Longest time between two ticks, in milliseconds. */
  static final long TICK_MS = 100;

  private static final Logger LOG = LoggerFactory.getLogger(DecisionThread.class);
  private static final int QUEUE = 1024;
  private static final int PIECES_PER_TICK = 64;

  private final BlockingQueue<Runnable> queue = new ArrayBlockingQueue<>(QUEUE);
  private final String name;
  private volatile @Nullable Thread thread;
  private volatile boolean stopped;

  DecisionThread(String name) {
    this.name = name;
  }

  /** Begins with what was queued before; {@code tick} is what runs in between. */
  void start(Runnable tick) {
    thread = Thread.ofPlatform().name(name).daemon(true).start(() -> loop(tick));
  }

  /** Queues a piece of work; false if there is no room. */
  boolean offer(Runnable piece) {
    return !stopped && queue.offer(piece);
  }

  /** Queues a piece of work, waiting for room; false if the thread has stopped. */
  boolean put(Runnable piece) {
    try {
      while (!stopped) {
        if (queue.offer(piece, TICK_MS, TimeUnit.MILLISECONDS)) {
          return true;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return false;
  }

  /**
   * Ends after the piece at hand; what is queued is dropped. Waits for the end, but not for ever.
   */
  void stop(long waitMs) {
    stopped = true;
    if (!queue.offer(() -> LOG.trace("{} stops", name))) {
      LOG.trace("{} has work queued and so is awake", name);
    }
    Thread running = thread;
    if (running == null || running == Thread.currentThread()) {
      return;
    }
    try {
      running.join(waitMs);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void loop(Runnable tick) {
    while (!stopped) {
      try {
        Runnable piece = queue.poll(TICK_MS, TimeUnit.MILLISECONDS);
        for (int i = 0; piece != null && i < PIECES_PER_TICK && !stopped; i++) {
          guarded(piece);
          piece = i + 1 < PIECES_PER_TICK ? queue.poll() : null;
        }
        guarded(tick);
      } catch (InterruptedException e) {
        stopped = true;
      }
    }
  }

  private static void guarded(@Nullable Runnable piece) {
    if (piece == null) {
      return;
    }
    try {
      piece.run();
    } catch (RuntimeException e) {
      LOG.error("INTERNAL: a piece of work failed; please report this", e);
    }
  }
}
