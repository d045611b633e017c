package io.flotilla.rollout.engine;

import io.flotilla.rollout.plan.Pace;

/**
 * A token bucket: one token a device. It holds two seconds' worth, at least one token, so that in
 * any span of T seconds no more than {@code rate × (T + 2 s)} devices, or one more than {@code rate
 * × T}, have their turn.
 *
 * @param tokens what is in it
 * @param filledAtMs steady time at which that was so
 */
public record Bucket(double tokens, long filledAtMs) {
  /** Not filled yet. */
  public static final Bucket NEW = new Bucket(0, -1);

  /** How many seconds' worth it holds. */
  public static final int SECONDS = 2;

  private static final double MILLIS_A_MINUTE = 60_000;
  private static final double SECONDS_A_MINUTE = 60;

  /** What it can hold at this rate, in tokens. */
  public static double capacity(double perMinute) {
    return Math.max(1, perMinute * SECONDS / SECONDS_A_MINUTE);
  }

  /** The same after some time at the rate that holds since. */
  Bucket filled(Pace.Rate rate, long succeeded, long steadyMs) {
    double perMinute = rate.after(succeeded);
    double capacity = capacity(perMinute);
    if (filledAtMs < 0) {
      return new Bucket(capacity, steadyMs);
    }
    if (tokens >= capacity) {
      return new Bucket(capacity, filledAtMs);
    }
    double more = Math.max(0, steadyMs - filledAtMs) * perMinute / MILLIS_A_MINUTE;
    return new Bucket(Math.min(capacity, tokens + more), Math.max(filledAtMs, steadyMs));
  }

  boolean hasOne() {
    return tokens >= 1;
  }

  /** With one token less, right after it was filled: a full one keeps the time it became so. */
  Bucket without(long steadyMs) {
    return new Bucket(tokens - 1, Math.max(filledAtMs, steadyMs));
  }
}
