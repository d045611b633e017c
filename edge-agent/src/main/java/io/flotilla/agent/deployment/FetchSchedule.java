package io.flotilla.agent.deployment;

import java.util.random.RandomGenerator;

/**
 * When to ask for missing parts. An ask goes out at once, and again with full jitter when nothing
 * of use came for a while, ever more rarely; after too long without a part of use, while connected,
 * the fetch has timed out. No clock, no thread; confined to one thread.
 */
public final class FetchSchedule {
  /** Shortest patience after an ask, in milliseconds. */
  public static final long FIRST_PATIENCE_MS = 1_000;

  /** Longest patience after an ask, in milliseconds. */
  public static final long LONGEST_PATIENCE_MS = 15_000;

  private final RandomGenerator jitter;
  private final long timeoutMs;

  private long patienceMs = FIRST_PATIENCE_MS;
  private long nextAskMs;
  private long usefulMs;

  /** Longest time without a chunk of use, in milliseconds. */
  public long timeoutMs() {
    return timeoutMs;
  }

  /** A schedule that asks at once. */
  public FetchSchedule(RandomGenerator jitter, long timeoutMs, long nowMs) {
    this.jitter = jitter;
    this.timeoutMs = timeoutMs;
    this.nextAskMs = nowMs;
    this.usefulMs = nowMs;
  }

  /** A connection is there: ask at once, and begin to count the timeout anew. */
  public void connected(long nowMs) {
    nextAskMs = nowMs;
    usefulMs = nowMs;
    patienceMs = FIRST_PATIENCE_MS;
  }

  /** The chunk index came: ask for chunks at once. */
  public void indexed(long nowMs) {
    connected(nowMs);
  }

  /** A chunk of use came: more are likely on their way. */
  public void useful(long nowMs) {
    usefulMs = nowMs;
    patienceMs = FIRST_PATIENCE_MS;
    postpone(nowMs);
  }

  /** An ask went out. */
  public void asked(long nowMs) {
    postpone(nowMs);
    patienceMs = Math.min(LONGEST_PATIENCE_MS, 2 * patienceMs);
  }

  /** Whether to ask now. */
  public boolean askNow(long nowMs) {
    return nowMs >= nextAskMs;
  }

  /** Whether to give up, given that there is a connection. */
  public boolean timedOut(long nowMs) {
    return nowMs - usefulMs >= timeoutMs;
  }

  private void postpone(long nowMs) {
    nextAskMs = nowMs + patienceMs + jitter.nextLong(patienceMs);
  }
}
