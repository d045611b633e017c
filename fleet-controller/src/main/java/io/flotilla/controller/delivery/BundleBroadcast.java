package io.flotilla.controller.delivery;

import io.flotilla.bundle.Digest;
import io.flotilla.protocol.message.Limits;
import io.flotilla.protocol.message.Need;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalLong;

/**
 * Decides which parts of one bundle go out when. Asks that come within the merge time become one; a
 * part that is already waiting to be sent is not added again. Deterministic: time comes in with
 * every call, nothing is sent from here. Not thread-safe.
 *
 * <pre>
 * idle ── ask ──► merging ── merge time over ──► sending ── nothing wanted, nothing in flight ──► idle
 *                    ▲ ask joins                    ▲ ask joins
 * </pre>
 */
public final class BundleBroadcast {
  /** The number that stands for the chunk index among the parts. */
  public static final int INDEX = -1;

  private static final long MILLIS_PER_SECOND = 1000;

  /** Longest pause that earns credit, so that no rate overflows. */
  private static final long MAX_EARNING_MILLIS = 1_000_000;

  // Configuration
  private final long sizeBytes;
  private final int chunks;
  private final DeliveryLimits limits;

  // What is wanted and under way
  private final BitSet wanted = new BitSet();
  private boolean indexWanted;
  private long openAtMs;
  private int inFlight;

  // Rate: what may go out now, in thousandths of a byte; at most one second's worth, or one part
  private final long burst;
  private long credit;
  private long creditAtMs;

  /**
   * A broadcast with nothing to send.
   *
   * @param sizeBytes size of the archive
   * @param chunks number of its chunks
   * @param nowMs Unix time in milliseconds
   */
  public BundleBroadcast(long sizeBytes, int chunks, DeliveryLimits limits, long nowMs) {
    this.sizeBytes = sizeBytes;
    this.chunks = chunks;
    this.limits = limits;
    this.burst =
        MILLIS_PER_SECOND
            * Math.max(limits.bytesPerSecond(), Math.max(Limits.CHUNK_BYTES, indexBytes()));
    this.credit = burst;
    this.creditAtMs = nowMs;
  }

  /**
   * What to do now.
   *
   * @param parts numbers of the chunks to send, {@link #INDEX} for the index; counted as in flight
   * @param wakeAtMs when to ask again, if only time stands in the way
   */
  public record Decision(List<Integer> parts, OptionalLong wakeAtMs) {
    /** Copies the parts. */
    public Decision {
      parts = List.copyOf(parts);
    }
  }

  /** Adds a device's ask; bits past the last chunk are ignored. */
  public void ask(Need need, long nowMs) {
    boolean idle = idle();
    if (need.index()) {
      indexWanted = true;
    } else {
      BitSet missing = BitSet.valueOf(need.missing());
      if (missing.length() > chunks) {
        missing.clear(chunks, missing.length());
      }
      wanted.or(missing);
    }
    if (idle && !idle()) {
      openAtMs = nowMs + limits.mergeMillis();
    }
  }

  /** Takes the parts that may go out now: the index first, then chunks in order. */
  public Decision next(long nowMs) {
    if (!anyWanted()) {
      return new Decision(List.of(), OptionalLong.empty());
    }
    if (nowMs < openAtMs) {
      return new Decision(List.of(), OptionalLong.of(openAtMs));
    }
    refill(nowMs);
    List<Integer> parts = new ArrayList<>();
    while (anyWanted() && inFlight < limits.maxInFlight()) {
      int part = indexWanted ? INDEX : wanted.nextSetBit(0);
      long cost = bytesOf(part) * MILLIS_PER_SECOND;
      if (credit < cost) {
        long waitMs = Math.ceilDiv(cost - credit, limits.bytesPerSecond());
        return new Decision(parts, OptionalLong.of(nowMs + waitMs));
      }
      credit -= cost;
      inFlight++;
      take(part);
      parts.add(part);
    }
    return new Decision(parts, OptionalLong.empty());
  }

  /** A part that was taken has been confirmed or given up; ask for the next. */
  public void done() {
    if (inFlight == 0) {
      throw new IllegalStateException("nothing is in flight");
    }
    inFlight--;
  }

  /** Whether nothing is wanted or in flight. */
  public boolean idle() {
    return !anyWanted() && inFlight == 0;
  }

  private boolean anyWanted() {
    return indexWanted || !wanted.isEmpty();
  }

  private void take(int part) {
    if (part == INDEX) {
      indexWanted = false;
    } else {
      wanted.clear(part);
    }
  }

  private long bytesOf(int part) {
    if (part == INDEX) {
      return indexBytes();
    }
    return Math.min(Limits.CHUNK_BYTES, sizeBytes - (long) part * Limits.CHUNK_BYTES);
  }

  private long indexBytes() {
    return (long) chunks * Digest.BYTES;
  }

  private void refill(long nowMs) {
    long elapsedMs = Math.clamp(nowMs - creditAtMs, 0, MAX_EARNING_MILLIS);
    credit = Math.min(burst, credit + elapsedMs * limits.bytesPerSecond());
    creditAtMs = Math.max(creditAtMs, nowMs);
  }
}
