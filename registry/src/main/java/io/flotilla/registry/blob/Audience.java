package io.flotilla.registry.blob;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Onlookers that see content at the same time, each on its own thread, so that their work spreads
 * over the processors. They share a fixed number of blocks: one is filled again when all have seen
 * it, and whoever fills it waits while they are too far behind. Confined to one thread, which
 * closes it.
 */
final class Audience implements AutoCloseable {
  private static final int BLOCK_BYTES = 1 << 18;

  /** 8 MiB. */
  private static final int MAX_BLOCKS = 32;

  /** The one used last comes first: it is still in the processor's cache. */
  private final BlockingDeque<Block> free = new LinkedBlockingDeque<>();

  private final List<Seat> seats;
  private final BlockingQueue<Seat> left = new LinkedBlockingQueue<>();
  private int made;
  private boolean ended;

  /** Starts a thread for each. */
  Audience(List<Onlooker> onlookers) {
    seats = onlookers.stream().map(Seat::new).toList();
    seats.forEach(seat -> Thread.ofPlatform().daemon().name("flotilla-content").start(seat::watch));
  }

  /** A piece of the content. */
  static final class Block {
    private final byte[] bytes;
    private final AtomicInteger users = new AtomicInteger();
    private int length;

    private Block(int size) {
      bytes = new byte[size];
    }

    /**
     * Fills it from a stream, wholly unless that ends.
     *
     * @return whether there was anything left
     */
    boolean fill(InputStream content) throws IOException {
      length = content.readNBytes(bytes, 0, bytes.length);
      return length > 0;
    }

    /** The content; not to be changed. */
    byte[] bytes() {
      return bytes;
    }

    /** How many of the bytes are content. */
    int length() {
      return length;
    }
  }

  /** A block to fill, when there is one. */
  Block next() {
    Block block = free.pollFirst();
    if (block == null && made < MAX_BLOCKS) {
      made++;
      return new Block(BLOCK_BYTES);
    }
    return block == null ? next(free) : block;
  }

  /** Shows a block to all; the caller still uses it, until it gives it back. */
  void show(Block block) {
    block.users.set(seats.size() + 1);
    seats.forEach(seat -> seat.shown.add(block));
  }

  /** Nobody who calls this uses the block any more. */
  void giveBack(Block block) {
    if (block.users.decrementAndGet() == 0) {
      free.addFirst(block);
    }
  }

  /**
   * Shows the end and waits for all.
   *
   * @throws IOException what the first onlooker threw that threw anything; unchecked as well
   */
  void end() throws IOException {
    close();
    for (Seat seat : seats) {
      seat.requireSuccess();
    }
  }

  /** Lets all leave, and waits for them. */
  @Override
  public void close() {
    if (ended) {
      return;
    }
    ended = true;
    seats.forEach(seat -> seat.shown.add(new Block(0)));
    seats.forEach(_ -> next(left));
  }

  /** Of one onlooker: what it sees. Confined to its thread, but for the queue and the outcome. */
  private final class Seat extends InputStream {
    private final BlockingQueue<Block> shown = new LinkedBlockingQueue<>();
    private final FutureTask<Boolean> watching;
    private @Nullable Block block;
    private int at;
    private boolean over;

    Seat(Onlooker onlooker) {
      watching =
          new FutureTask<>(
              () -> {
                onlooker.see(this);
                return true;
              });
    }

    void watch() {
      watching.run();
      while (current() != null) {
        leave();
      }
      left.add(this);
    }

    void requireSuccess() throws IOException {
      if (watching.state() == FutureTask.State.SUCCESS) {
        return;
      }
      switch (watching.exceptionNow()) {
        case IOException failure -> throw failure;
        case RuntimeException refusal -> throw refusal;
        case Error error -> throw error;
        case Throwable bug -> throw new IllegalStateException("an onlooker threw this", bug);
      }
    }

    @Override
    public int read() {
      Block now = current();
      return now == null ? -1 : Byte.toUnsignedInt(now.bytes[at++]);
    }

    @Override
    public int read(byte[] into, int from, int length) {
      Block now = length == 0 ? null : current();
      if (now == null) {
        return length == 0 ? 0 : -1;
      }
      int n = Math.min(length, now.length - at);
      System.arraycopy(now.bytes, at, into, from, n);
      at += n;
      return n;
    }

    /** Without a copy. */
    @Override
    public long transferTo(OutputStream out) throws IOException {
      long bytes = 0;
      for (Block now = current(); now != null; now = current()) {
        int n = now.length - at;
        out.write(now.bytes, at, n);
        at += n;
        bytes += n;
      }
      return bytes;
    }

    /** The block with the next byte, after waiting for it if need be; null at the end. */
    private @Nullable Block current() {
      if (block != null && at == block.length) {
        leave();
      }
      if (block == null && !over) {
        Block next = next(shown);
        over = next.length == 0;
        block = over ? null : next;
        at = 0;
      }
      return block;
    }

    private void leave() {
      if (block != null) {
        giveBack(block);
        block = null;
      }
    }
  }

  /**
   * Waits for the next one. Who gives always comes to it, so that interruption is kept for later.
   */
  private static <T> T next(BlockingQueue<T> queue) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return queue.take();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
