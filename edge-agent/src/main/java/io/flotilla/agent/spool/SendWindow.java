package io.flotilla.agent.spool;

import java.util.ArrayDeque;
import java.util.OptionalLong;

/**
 * When to send which sequence number: go-back-N. At most {@link #MOST_MESSAGES} messages and {@link
 * #MOST_BYTES} bytes are on their way; if no acknowledgement moves things on for a while, sending
 * starts again after the last number acknowledged, with ever longer patience.
 *
 * <p>Pure but for its own state: no clock, no thread, no disk. Times are in milliseconds of any
 * steady clock. Confined to one thread.
 */
public final class SendWindow {
  /** Most messages on their way. */
  public static final int MOST_MESSAGES = 16;

  /** Most bytes on their way, unless a single message is larger. */
  public static final long MOST_BYTES = 512L << 10;

  /** Patience at first, in milliseconds. */
  public static final long FIRST_PATIENCE_MS = 2_000;

  /** Longest patience, in milliseconds. */
  public static final long LONGEST_PATIENCE_MS = 10_000;

  private boolean connected;
  private long released;
  private long next;
  private final ArrayDeque<Long> sizes = new ArrayDeque<>();
  private long bytesOut;
  private long patienceMs = FIRST_PATIENCE_MS;
  private long movedMs;

  /** A window over a spool whose messages up to {@code released} are stored. */
  public SendWindow(long released) {
    this.released = released;
    this.next = released + 1;
  }

  /** A connection is there; what was on its way on the last one is sent again. */
  public void connected(long nowMs) {
    connected = true;
    goBack(nowMs);
    patienceMs = FIRST_PATIENCE_MS;
  }

  /** The connection is gone; nothing is sent until the next one. */
  public void disconnected() {
    connected = false;
  }

  /**
   * The number to send now, if any.
   *
   * @param durable last number that may be sent
   */
  public OptionalLong toSend(long durable) {
    boolean room = next - released <= MOST_MESSAGES && bytesOut < MOST_BYTES;
    return connected && room && next <= durable ? OptionalLong.of(next) : OptionalLong.empty();
  }

  /** {@link #toSend} was sent. */
  public void sent(long bytes, long nowMs) {
    if (inFlight() == 0) {
      movedMs = nowMs;
    }
    next++;
    sizes.addLast(bytes);
    bytesOut += bytes;
  }

  /** The spool released everything up to {@code through}. */
  public void released(long through, long nowMs) {
    if (through <= released) {
      return;
    }
    for (long n = released; n < through && !sizes.isEmpty(); n++) {
      bytesOut -= sizes.removeFirst();
    }
    released = through;
    next = Math.max(next, through + 1);
    patienceMs = FIRST_PATIENCE_MS;
    movedMs = nowMs;
  }

  /** The spool was renamed: everything it holds is sent from number 1. */
  public void renamed(long nowMs) {
    released = 0;
    goBack(nowMs);
  }

  /** Goes back if patience is over; returns whether it did. */
  public boolean tick(long nowMs) {
    if (!connected || inFlight() == 0 || nowMs - movedMs < patienceMs) {
      return false;
    }
    goBack(nowMs);
    patienceMs = Math.min(LONGEST_PATIENCE_MS, 2 * patienceMs);
    return true;
  }

  /** Messages on their way. */
  public long inFlight() {
    return next - released - 1;
  }

  private void goBack(long nowMs) {
    next = released + 1;
    sizes.clear();
    bytesOut = 0;
    movedMs = nowMs;
  }
}
