package io.flotilla.registry.model;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Bytes that one thread puts in as the stream that another reads. A fixed number of blocks goes to
 * and fro between the two, so that the first waits when it is too far ahead.
 */
final class BlockStream extends InputStream {
  private static final int BLOCK_BYTES = 1 << 18;

  /** 8 MiB. */
  private static final int BLOCKS = 32;

  private final BlockingQueue<Block> free = new LinkedBlockingQueue<>();
  private final BlockingQueue<Block> filled = new LinkedBlockingQueue<>();
  private final Listener listener;

  // Of the thread that puts in.
  private int made;

  // Of the thread that reads.
  private Block block = new Block(0);
  private int at;
  private boolean ended;

  /**
   * A stream without bytes yet.
   *
   * @param listener sees all bytes in order on the reading thread, once each
   */
  BlockStream(Listener listener) {
    this.listener = listener;
  }

  /** Sees bytes. */
  @FunctionalInterface
  interface Listener {
    void take(byte[] bytes, int from, int length);
  }

  private static final class Block {
    private final byte[] bytes;
    private int length;

    Block(int size) {
      bytes = new byte[size];
    }
  }

  /** Takes all that the buffer has left. */
  void put(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      Block next = made < BLOCKS ? new Block(BLOCK_BYTES) : next(free);
      made = Math.min(made + 1, BLOCKS);
      next.length = Math.min(bytes.remaining(), BLOCK_BYTES);
      bytes.get(next.bytes, 0, next.length);
      filled.add(next);
    }
  }

  /** Nothing is put in any more. */
  void end() {
    filled.add(new Block(0));
  }

  /** Reads to the end, which the thread that puts in may be waiting for. */
  void drain() {
    while (hasMore()) {
      at = block.length;
    }
  }

  @Override
  public int read() {
    return hasMore() ? Byte.toUnsignedInt(block.bytes[at++]) : -1;
  }

  @Override
  public int read(byte[] into, int from, int length) {
    if (length == 0) {
      return 0;
    }
    if (!hasMore()) {
      return -1;
    }
    int n = Math.min(length, block.length - at);
    System.arraycopy(block.bytes, at, into, from, n);
    at += n;
    return n;
  }

  /** Whether a byte is left, after waiting for it if need be. */
  private boolean hasMore() {
    if (!ended && at == block.length) {
      if (block.length > 0) {
        free.add(block);
      }
      block = next(filled);
      at = 0;
      ended = block.length == 0;
      listener.take(block.bytes, 0, block.length);
    }
    return !ended;
  }

  /**
   * Waits for the next one. Who gives always comes to it, so that interruption is kept for later.
   */
  static <T> T next(BlockingQueue<T> queue) {
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
