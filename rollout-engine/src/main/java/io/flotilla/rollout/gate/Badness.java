package io.flotilla.rollout.gate;

import io.flotilla.rollout.gate.Unit.Change;
import java.util.List;
import java.util.stream.LongStream;

/**
 * From counts of a device, before and now, to its {@link Change}: 0 is best, 1 worst. Counts are 0
 * or more, and whoever calls has seen to it that there are rows enough.
 */
public final class Badness {
  private static final double SLOW = 0.01;

  private Badness() {}

  /** A part of a whole that is bad: failed rows of all, wrongly predicted of labelled ones. */
  public static Change share(long badNow, long allNow, long badBefore, long allBefore) {
    return new Change(part(badNow, allNow), part(badBefore, allBefore));
  }

  /** Something that happened, or did not. */
  public static Change happened(boolean now, boolean before) {
    return new Change(now ? 1 : 0, before ? 1 : 0);
  }

  /** Bytes of memory against the machine's. */
  public static Change memory(long now, long before, long machine) {
    return new Change(Math.min(1, part(now, machine)), Math.min(1, part(before, machine)));
  }

  /**
   * Rows slower than 99 of 100 were before, on the same device: its own hardware is the measure.
   * The bucket is the first with at most 1 % of the earlier rows beyond it; {@code k} of {@code n}
   * earlier rows beyond count as {@code (k + 1) / (n + 1)}, which is what the next row of an
   * unchanged device does (exchangeability), so that a bucket that was chosen by looking favours
   * nobody.
   *
   * @param now rows by latency bucket
   * @param before rows by the same buckets; 1 or more rows
   */
  public static Change slow(List<Long> now, List<Long> before) {
    long all = total(before);
    long beyond = all;
    int bucket = -1;
    while (beyond > SLOW * all && bucket + 1 < before.size()) {
      bucket++;
      beyond -= before.get(bucket);
    }
    long slow = total(now.subList(Math.min(bucket + 1, now.size()), now.size()));
    return new Change(part(slow, total(now)), part(beyond + 1, all + 1));
  }

  /**
   * How far the distribution of predictions moved: total variation between now and before, against
   * what sampling alone makes of the same distribution. Formula of the latter: {@code ½ Σ √(2/π ·
   * pᵢ(1−pᵢ)(1/n + 1/m))} with the pooled shares {@code pᵢ}, the mean absolute deviation of a
   * normal variable; for rare categories it errs towards too much, and so towards passing.
   *
   * @param now rows by predicted category
   * @param before rows by the same categories
   */
  public static Change moved(List<Long> now, List<Long> before) {
    double n = total(now);
    double m = total(before);
    double variation = 0;
    double chance = 0;
    for (int i = 0; i < Math.max(now.size(), before.size()); i++) {
      double left = i < now.size() ? now.get(i) : 0;
      double right = i < before.size() ? before.get(i) : 0;
      variation += Math.abs(left / n - right / m) / 2;
      double pooled = (left + right) / (n + m);
      chance += Math.sqrt(2 / Math.PI * pooled * (1 - pooled) * (1 / n + 1 / m)) / 2;
    }
    return new Change(Math.min(1, variation), Math.min(1, chance));
  }

  private static double part(long some, long all) {
    if (some < 0 || all < 1) {
      throw new IllegalArgumentException("%d of %d is no part".formatted(some, all));
    }
    return Math.min(1, (double) some / all);
  }

  private static long total(List<Long> counts) {
    return counts.stream().flatMapToLong(LongStream::of).sum();
  }
}
