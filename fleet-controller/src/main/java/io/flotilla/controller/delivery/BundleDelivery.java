package io.flotilla.controller.delivery;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.chunk.ChunkTable;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.BundlePart;
import io.flotilla.protocol.message.Need;
import io.flotilla.protocol.message.VersionRef;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the parts that {@link BundleBroadcast} decides on from the blob store and publishes them. A
 * device can only ask for the bundle that it is assigned. Every chunk is checked against its digest
 * before it goes out. Works on its own thread, {@code flotilla-delivery}.
 */
public final class BundleDelivery implements AutoCloseable {
  /** Most asks that wait to be looked at; further ones are dropped, and the devices ask again. */
  public static final int MAX_WAITING_ASKS = 4096;

  private static final Logger LOG = LoggerFactory.getLogger(BundleDelivery.class);
  private static final int MAX_OPEN_BUNDLES = 16;
  private static final int SCHEMA = 1;

  private final Sources sources;
  private final BiFunction<Digest, byte[], CompletionStage<Void>> publisher;
  private final DeliveryLimits limits;
  private final Clock clock;
  private final ScheduledExecutorService thread;
  private final AtomicInteger waitingAsks = new AtomicInteger();

  /** Bundles with an open archive, the least recently used first; the thread's own. */
  private final Map<String, OpenBundle> open = new LinkedHashMap<>(MAX_OPEN_BUNDLES, 1f, true);

  /**
   * Where bundles come from.
   *
   * @param assigned the version that a device is to run, if any
   * @param archive the verified archive of a version; throws a {@link FlotillaException} without
   *     one
   */
  public record Sources(
      Function<String, Optional<VersionRef>> assigned, Function<VersionRef, Path> archive) {}

  /**
   * A delivery with nothing to do.
   *
   * @param publisher publishes a part on a bundle's topic; the stage completes when the broker has
   *     it or does not want it
   */
  public BundleDelivery(
      Sources sources,
      BiFunction<Digest, byte[], CompletionStage<Void>> publisher,
      DeliveryLimits limits,
      Clock clock) {
    this.sources = sources;
    this.publisher = publisher;
    this.limits = limits;
    this.clock = clock;
    this.thread =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("flotilla-delivery").daemon(true).factory());
  }

  /** Takes in a device's ask; never blocks. What cannot be read or is not its due is ignored. */
  public void need(String device, byte[] payload) {
    if (waitingAsks.incrementAndGet() > MAX_WAITING_ASKS) {
      waitingAsks.decrementAndGet();
      return;
    }
    run(
        () -> {
          waitingAsks.decrementAndGet();
          ask(device, payload);
        });
  }

  /** Ends the thread; parts on their way may or may not arrive. */
  @Override
  public void close() {
    run(() -> open.values().forEach(OpenBundle::close));
    thread.shutdown();
  }

  private void ask(String device, byte[] payload) {
    try {
      Need need = MessageCodec.decode(payload, Need.class);
      Optional<VersionRef> due =
          sources.assigned().apply(device).filter(ref -> ref.bundle().equals(need.bundle()));
      if (need.schema() != SCHEMA || due.isEmpty()) {
        LOG.debug("{} asks for a bundle that it is not assigned", device);
        return;
      }
      OpenBundle bundle = opened(due.get());
      bundle.broadcast.ask(need, clock.millis());
      pump(bundle);
    } catch (FlotillaException e) {
      LOG.warn("{} cannot get what it needs: {} {}", device, e.code(), e.getMessage());
    }
  }

  private OpenBundle opened(VersionRef ref) {
    OpenBundle known = open.get(ref.bundle());
    if (known != null) {
      return known;
    }
    Iterator<OpenBundle> oldest = open.values().iterator();
    while (open.size() >= MAX_OPEN_BUNDLES && oldest.hasNext()) {
      OpenBundle candidate = oldest.next();
      if (candidate.broadcast.idle()) {
        candidate.close();
        oldest.remove();
      }
    }
    OpenBundle opened = OpenBundle.open(ref, sources.archive().apply(ref), limits, clock.millis());
    open.put(ref.bundle(), opened);
    return opened;
  }

  private void pump(OpenBundle bundle) {
    BundleBroadcast.Decision decision = bundle.broadcast.next(clock.millis());
    for (int part : decision.parts()) {
      send(bundle, part);
    }
    decision
        .wakeAtMs()
        .ifPresent(
            atMs -> {
              if (!bundle.wakeUpPending) {
                bundle.wakeUpPending = true;
                wakeUp(bundle, Math.max(1, atMs - clock.millis()));
              }
            });
  }

  private void wakeUp(OpenBundle bundle, long delayMs) {
    try {
      var _ =
          thread.schedule(
              () -> {
                bundle.wakeUpPending = false;
                pump(bundle);
              },
              delayMs,
              TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("delivery is closed");
    }
  }

  private void send(OpenBundle bundle, int part) {
    byte[] message;
    try {
      message = MessageCodec.encode(bundle.read(part));
    } catch (FlotillaException e) {
      LOG.error("part {} of {} cannot be sent: {}", part, bundle.ref, e.getMessage());
      bundle.broadcast.done();
      return;
    }
    var _ =
        publisher
            .apply(new Digest(bundle.ref.bundle()), message)
            .whenComplete(
                (sent, failure) -> {
                  if (failure != null) {
                    LOG.debug("part {} of {} was not sent", part, bundle.ref, failure);
                  }
                  run(
                      () -> {
                        bundle.broadcast.done();
                        pump(bundle);
                      });
                });
  }

  private void run(Runnable task) {
    try {
      thread.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("delivery is closed");
    }
  }

  /** A bundle whose archive is open; the thread's own. */
  private static final class OpenBundle {
    private final VersionRef ref;
    private final ChunkTable table;
    private final FileChannel archive;
    private final BundleBroadcast broadcast;
    private boolean wakeUpPending;

    private OpenBundle(
        VersionRef ref, ChunkTable table, FileChannel archive, BundleBroadcast broadcast) {
      this.ref = ref;
      this.table = table;
      this.archive = archive;
      this.broadcast = broadcast;
    }

    static OpenBundle open(VersionRef ref, Path file, DeliveryLimits limits, long nowMs) {
      ChunkTable table = ChunkTable.of(file);
      try {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        BundleBroadcast broadcast =
            new BundleBroadcast(table.sizeBytes(), table.count(), limits, nowMs);
        return new OpenBundle(ref, table, channel, broadcast);
      } catch (IOException e) {
        throw unreadable(ref, e);
      }
    }

    Record read(int part) {
      if (part == BundleBroadcast.INDEX) {
        return new BundlePart.Index(table.rawDigests());
      }
      ByteBuffer data = ByteBuffer.allocate(table.lengthOf(part));
      try {
        while (data.hasRemaining()
            && archive.read(data, table.offsetOf(part) + data.position()) >= 0) {
          LOG.trace("read up to {} of part {}", data.position(), part);
        }
      } catch (IOException e) {
        throw unreadable(ref, e);
      }
      if (!table.matches(part, data.array())) {
        throw new FlotillaException(
            ErrorCode.STORE_CORRUPT, "the stored bundle of " + ref + " has changed on the disk");
      }
      return new BundlePart.Chunk(part, data.array());
    }

    void close() {
      try {
        archive.close();
      } catch (IOException e) {
        LOG.debug("the archive of {} did not close", ref, e);
      }
    }

    private static FlotillaException unreadable(VersionRef ref, IOException cause) {
      return new FlotillaException(
          ErrorCode.STORE_FAILED, "the stored bundle of " + ref + " cannot be read", cause);
    }
  }
}
