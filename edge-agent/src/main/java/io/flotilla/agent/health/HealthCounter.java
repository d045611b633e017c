package io.flotilla.agent.health;

import io.flotilla.protocol.message.HealthReport;
import io.flotilla.protocol.message.LatencyBuckets;
import io.flotilla.protocol.message.VersionRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts what one loaded version does. Counting allocates nothing and takes no lock; the counts
 * only grow, and {@link HealthLog} remembers which of them it has told.
 */
public final class HealthCounter {
  private final VersionRef version;
  private final List<String> categories;
  private final AtomicLongArray latency = new AtomicLongArray(LatencyBuckets.COUNT);
  private final AtomicLongArray predictions;
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private volatile boolean ended;

  /**
   * Counts from 0.
   *
   * @param categories names of the version's categories by index; over {@value
   *     HealthReport#MAX_CATEGORIES} none are counted
   */
  public HealthCounter(VersionRef version, List<String> categories) {
    this.version = version;
    this.categories =
        categories.size() <= HealthReport.MAX_CATEGORIES ? List.copyOf(categories) : List.of();
    this.predictions = new AtomicLongArray(this.categories.size());
  }

  /**
   * A row was scored.
   *
   * @param nanos how long that took
   * @param category index of the most likely category, if the model has any
   */
  public void scored(long nanos, OptionalInt category) {
    latency.getAndIncrement(LatencyBuckets.of(nanos));
    int index = category.orElse(-1);
    if (index >= 0 && index < predictions.length()) {
      predictions.getAndIncrement(index);
    }
  }

  /** An input was not what the model takes. */
  public void refused() {
    refused.getAndIncrement();
  }

  /** A row could not be scored. */
  public void failed() {
    failed.getAndIncrement();
  }

  /** The version was unloaded: nothing more will be counted. */
  public void end() {
    ended = true;
  }

  VersionRef version() {
    return version;
  }

  boolean ended() {
    return ended;
  }

  /** The counts now. */
  Counts counts() {
    return new Counts(refused.get(), failed.get(), copy(latency), copy(predictions));
  }

  private static long[] copy(AtomicLongArray counts) {
    long[] copy = new long[counts.length()];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = counts.get(i);
    }
    return copy;
  }

  /** Counts at one moment. */
  @SuppressWarnings("ArrayRecordComponent") // never compared, never leaves the package
  record Counts(long refused, long failed, long[] latency, long[] predictions) {
    /** Rows of any outcome. */
    long rows() {
      long rows = refused + failed;
      for (long count : latency) {
        rows += count;
      }
      return rows;
    }

    /** What came since. */
    HealthReport.Rows since(Counts before, List<String> categories) {
      List<Long> buckets = new ArrayList<>();
      int last = 0;
      for (int b = 0; b < latency.length; b++) {
        buckets.add(latency[b] - before.latency[b]);
        last = buckets.get(b) > 0 ? b + 1 : last;
      }
      Map<String, Long> byLabel = new TreeMap<>();
      for (int c = 0; c < predictions.length; c++) {
        long count = predictions[c] - before.predictions[c];
        if (count > 0) {
          byLabel.merge(categories.get(c), count, Long::sum);
        }
      }
      return new HealthReport.Rows(
          refused - before.refused, failed - before.failed, buckets.subList(0, last), byLabel);
    }
  }

  List<String> categories() {
    return categories;
  }
}
