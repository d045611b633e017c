package io.flotilla.simulator.app;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Threads that do the same for many devices. */
final class Workers implements AutoCloseable {
  private final ExecutorService threads;

  /** A fixed number of threads, {@code fleet-0} and so on. */
  Workers(int count) {
    this(Executors.newFixedThreadPool(count, Thread.ofPlatform().name("fleet-", 0).factory()));
  }

  private Workers(ExecutorService threads) {
    this.threads = threads;
  }

  /** A thread for every task, for tasks that only wait. */
  static Workers oneEach() {
    return new Workers(
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("fleet-close-", 0).factory()));
  }

  /**
   * Runs all tasks and waits for their ends.
   *
   * @param progress told the number of tasks ended, from any thread
   * @throws FlotillaException the first task's that failed with one, after all have ended
   */
  void runAll(List<Runnable> tasks, LongConsumer progress) {
    AtomicLong ended = new AtomicLong();
    List<Future<?>> results = new ArrayList<>();
    for (Runnable task : tasks) {
      results.add(
          threads.submit(
              () -> {
                task.run();
                progress.accept(ended.incrementAndGet());
              }));
    }
    FlotillaException first = null;
    for (Future<?> result : results) {
      FlotillaException failure = failureOf(result);
      first = first == null ? failure : first;
    }
    if (first != null) {
      throw first;
    }
  }

  @Override
  public void close() {
    threads.close();
  }

  private static @Nullable FlotillaException failureOf(Future<?> result) {
    try {
      result.get();
      return null;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof FlotillaException refused) {
        return refused;
      }
      return new FlotillaException(
          ErrorCode.INTERNAL, "a device of the fleet failed: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new FlotillaException(ErrorCode.INTERNAL, "interrupted while devices worked", e);
    }
  }
}
