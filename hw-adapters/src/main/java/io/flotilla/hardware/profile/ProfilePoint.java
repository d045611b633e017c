package io.flotilla.hardware.profile;

/**
 * What was measured with one number of threads.
 *
 * @param threads threads that one run may use
 * @param loadMicros how long loading took
 * @param runs how many runs were measured
 * @param latency of these runs
 * @param throughputPerSecond runs by one caller in a second
 * @param cpuSecondsPerThousand processor time of 1,000 runs, that of this whole process; measured
 *     in steps of 10 ms on Linux, so that few short runs show 0, as where the system does not tell
 * @param residentBytes how much more memory this process held after the runs than before loading; 0
 *     where the system does not tell, and if it held less
 * @param peakBytes the most memory that this process held so far; 0 where the system does not tell
 */
public record ProfilePoint(
    int threads,
    long loadMicros,
    long runs,
    Latency latency,
    double throughputPerSecond,
    double cpuSecondsPerThousand,
    long residentBytes,
    long peakBytes) {
  /**
   * Percentiles by the nearest rank: the smallest latency that at least so many percent of the runs
   * did not exceed.
   *
   * @param p50Micros of half of the runs
   * @param p95Micros of 95 %
   * @param p99Micros of 99 %
   */
  public record Latency(double p50Micros, double p95Micros, double p99Micros) {}
}
