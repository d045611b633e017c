package io.flotilla.controller.custody;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.blob.BlobCollector;
import io.flotilla.registry.blob.BlobCollector.Collected;
import io.flotilla.registry.blob.BlobStore;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done once after each start, beside the work: blobs that a cut left without a record are
 * removed. One collection at a time: who asks for one meanwhile waits.
 */
public final class Upkeep implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);
  private static final int CLOSE_SECONDS = 60;

  private final BlobCollector collector;
  private final ExecutorService thread =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          Thread.ofPlatform().name("flotilla-upkeep").daemon(true).factory());

  /** Upkeep of these blobs; {@code references} as {@link BlobCollector} has it. */
  public Upkeep(BlobStore blobs, Supplier<Stream<Digest>> references) {
    this.collector = new BlobCollector(blobs, references);
  }

  /**
   * Does this and then a collection, on a thread of its own.
   *
   * @param first what shall not wait for the collection
   */
  public void start(Runnable first) {
    thread.execute(() -> guarded("preparing", first));
    thread.execute(
        () ->
            guarded(
                "collecting",
                () -> {
                  Collected collected = collect();
                  LOG.info("{} blobs without a record are removed", collected.collected());
                }));
  }

  /** Removes every blob that no record names; throws as {@link BlobCollector#collect}. */
  synchronized Collected collect() {
    return collector.collect();
  }

  private static void guarded(String what, Runnable work) {
    try {
      work.run();
    } catch (FlotillaException e) {
      LOG.warn("{} after the start failed: {} {}", what, e.code(), e.getMessage());
    }
  }

  /** Waits for what has begun. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("the upkeep does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
