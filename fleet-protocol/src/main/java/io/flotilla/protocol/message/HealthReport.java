package io.flotilla.protocol.message;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How one version behaved on a device over a period. Rows that were scored to prove a version are
 * not in it, only those that somebody asked for.
 *
 * @param schema version of this message; 1
 * @param source the version that scored
 * @param fromMs Unix time in milliseconds on the device at the beginning of the period
 * @param toMs Unix time in milliseconds on the device at its end
 * @param rows what was scored
 * @param lives process lives of the agent in its folder so far, from 1: one more for each restart
 * @param residentBytes what the agent's process holds at the end; 0 if the system does not tell
 */
public record HealthReport(
    int schema,
    VersionRef source,
    long fromMs,
    long toMs,
    Rows rows,
    long lives,
    long residentBytes) {
  /** Most categories of predictions that are counted. */
  public static final int MAX_CATEGORIES = 256;

  /** Most rows of a report: 2⁴⁰. */
  public static final long MAX_ROWS = 1L << 40;

  private static final int MAX_LABEL_CHARS = 200;

  /**
   * Checks the ranges.
   *
   * @throws FlotillaException {@code INPUT_INVALID}
   */
  public HealthReport {
    require(
        fromMs <= toMs && lives >= 1 && lives <= Limits.MAX_CLAIMED_NUMBER && residentBytes >= 0,
        "a health report's period does not end before it begins, lives count from 1, bytes from 0");
  }

  private static void require(boolean holds, String sentence) {
    if (!holds) {
      throw new FlotillaException(ErrorCode.INPUT_INVALID, sentence);
    }
  }

  /**
   * Counts of rows, each 0 to 2⁴⁰.
   *
   * @param refused inputs that were not what the model takes
   * @param failed rows that the runtime could not score
   * @param latency rows that were scored, by bucket of how long that took: see {@link
   *     LatencyBuckets}; empty buckets at the end are left out
   * @param predictions rows by predicted category; empty for models without, and over {@value
   *     HealthReport#MAX_CATEGORIES}
   */
  public record Rows(long refused, long failed, List<Long> latency, Map<String, Long> predictions) {
    /**
     * Checks the ranges and copies the collections.
     *
     * @throws FlotillaException {@code INPUT_INVALID}
     */
    public Rows {
      latency = List.copyOf(latency);
      predictions = Collections.unmodifiableMap(new TreeMap<>(predictions));
      require(
          latency.size() <= LatencyBuckets.COUNT && predictions.size() <= MAX_CATEGORIES,
          "a health report has at most %d latency buckets and %d categories"
              .formatted(LatencyBuckets.COUNT, MAX_CATEGORIES));
      require(
          isCount(refused)
              && isCount(failed)
              && latency.stream().allMatch(Rows::isCount)
              && predictions.values().stream().allMatch(Rows::isCount),
          "rows of a health report are counted from 0 to " + MAX_ROWS);
      require(
          predictions.keySet().stream()
              .allMatch(label -> !label.isEmpty() && label.length() <= MAX_LABEL_CHARS),
          "a category has 1 to " + MAX_LABEL_CHARS + " characters");
    }

    /** Rows that were scored. */
    public long scored() {
      return latency.stream().mapToLong(Long::longValue).sum();
    }

    private static boolean isCount(long rows) {
      return rows >= 0 && rows <= MAX_ROWS;
    }
  }
}
