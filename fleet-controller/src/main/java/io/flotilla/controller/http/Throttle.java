package io.flotilla.controller.http;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * How often each caller may ask: one token bucket for each key. Of {@value #MAX_KEYS} keys the one
 * that asked longest ago is forgotten, so that inventing keys costs no memory. Thread-safe.
 */
final class Throttle {
  static final int MAX_KEYS = 10_000;

  private final Supplier<Bucket> fresh;
  private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true);

  private Throttle(Supplier<Bucket> fresh) {
    this.fresh = fresh;
  }

  /** {@code burst} at once, and {@code count} more in each period, spread over it. */
  static Throttle of(int burst, int count, Duration period) {
    return new Throttle(
        () ->
            Bucket.builder()
                .addLimit(limit -> limit.capacity(burst).refillGreedy(count, period))
                .build());
  }

  /**
   * Takes one, if there is one.
   *
   * @return after how many seconds, 1 or more, to ask again; 0 if there was one
   */
  long take(String key) {
    ConsumptionProbe probe = bucket(key).tryConsumeAndReturnRemaining(1);
    return probe.isConsumed()
        ? 0
        : 1 + TimeUnit.NANOSECONDS.toSeconds(probe.getNanosToWaitForRefill());
  }

  /** Whether there is none left; takes nothing. */
  boolean empty(String key) {
    return bucket(key).getAvailableTokens() == 0;
  }

  private synchronized Bucket bucket(String key) {
    Bucket bucket = buckets.computeIfAbsent(key, unknown -> fresh.get());
    if (buckets.size() > MAX_KEYS) {
      Iterator<String> oldest = buckets.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
    return bucket;
  }
}
