package io.flotilla.registry.model;

import io.flotilla.bundle.archive.ArchiveIndex;
import io.flotilla.bundle.archive.ArchiveLimits;
import io.flotilla.bundle.chunk.ChunkTable;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Reads an archive while it passes by on its way to the disk, so that its bytes are never fetched
 * again: another thread computes the digests of its files and of its chunks while the caller's
 * writes. Small archives are read by the caller's thread at the end. Confined to one thread.
 */
final class ArchiveReading implements AutoCloseable {
  private static final int SMALL_BYTES = 1 << 20;

  private final ArchiveLimits limits;

  /** The beginning, until it proves large. */
  private final ByteArrayOutputStream beginning = new ByteArrayOutputStream();

  // Of a large archive.
  private final ChunkTable.Builder chunks = new ChunkTable.Builder();
  private final BlockStream blocks = new BlockStream(chunks::add);
  private final FutureTask<ArchiveIndex> index;
  private final BlockingQueue<FutureTask<ArchiveIndex>> done = new LinkedBlockingQueue<>();
  private boolean large;
  private boolean ended;

  ArchiveReading(ArchiveLimits limits) {
    this.limits = limits;
    this.index = new FutureTask<>(() -> ArchiveIndex.read(blocks, limits));
  }

  /**
   * What an archive consists of.
   *
   * @param index its files
   * @param chunks its chunks
   */
  record Result(ArchiveIndex index, ChunkTable chunks) {}

  /** Takes what comes next. */
  void take(ByteBuffer piece) {
    if (!large && beginning.size() + piece.remaining() <= SMALL_BYTES) {
      byte[] bytes = new byte[piece.remaining()];
      piece.get(bytes);
      beginning.writeBytes(bytes);
      return;
    }
    if (!large) {
      large = true;
      Thread.ofPlatform().daemon().name("flotilla-archive").start(this::read);
      blocks.put(ByteBuffer.wrap(beginning.toByteArray()));
      beginning.reset();
    }
    blocks.put(piece);
  }

  /**
   * What the archive consisted of, now that it has passed by.
   *
   * @throws FlotillaException as {@link ArchiveIndex#read} and {@link ChunkTable} do
   */
  Result end() throws IOException {
    close();
    if (large) {
      return new Result(index(), chunks.build());
    }
    byte[] all = beginning.toByteArray();
    return new Result(
        ArchiveIndex.read(new ByteArrayInputStream(all), limits),
        ChunkTable.of(new ByteArrayInputStream(all)));
  }

  /** Lets the thread end. */
  @Override
  public void close() {
    if (large && !ended) {
      ended = true;
      blocks.end();
    }
  }

  private void read() {
    index.run();
    blocks.drain();
    done.add(index);
  }

  private ArchiveIndex index() throws IOException {
    FutureTask<ArchiveIndex> finished = BlockStream.next(done);
    if (finished.state() == FutureTask.State.SUCCESS) {
      return finished.resultNow();
    }
    switch (finished.exceptionNow()) {
      case FlotillaException refusal -> throw refusal;
      case IOException failure -> throw failure;
      case Throwable bug -> throw new IllegalStateException("reading an archive hit a bug", bug);
    }
  }
}
