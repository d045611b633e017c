package io.flotilla.protocol.message;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;

/**
 * How far a device is with a profile job: {@code RUNNING} when it begins, then {@code SUCCEEDED} or
 * {@code FAILED}; or {@code FAILED} alone if it does not begin.
 *
 * @param schema version of this message; 1
 * @param job the id that the command has
 * @param version the version that the command names
 * @param state where the job is
 * @param figures what was measured, in {@code SUCCEEDED}; empty otherwise
 * @param failure why, in {@code FAILED}; empty otherwise
 * @param atMs Unix time in milliseconds on the device
 */
public record ProfileReport(
    int schema,
    String job,
    VersionRef version,
    State state,
    Optional<Figures> figures,
    Optional<Progress.Failure> failure,
    long atMs) {
  /**
   * Checks that state, figures and failure agree.
   *
   * @throws FlotillaException {@code INPUT_INVALID}
   */
  public ProfileReport {
    ProfileCommand.requireJob(job);
    require(
        figures.isPresent() == (state == State.SUCCEEDED)
            && failure.isPresent() == (state == State.FAILED),
        "a profile job that succeeded has figures, one that failed has a failure");
  }

  /** It began. */
  public static ProfileReport running(ProfileCommand command, long atMs) {
    return of(command, State.RUNNING, Optional.empty(), Optional.empty(), atMs);
  }

  /** It was measured. */
  public static ProfileReport succeeded(ProfileCommand command, Figures figures, long atMs) {
    return of(command, State.SUCCEEDED, Optional.of(figures), Optional.empty(), atMs);
  }

  /** It could not be measured. */
  public static ProfileReport failed(ProfileCommand command, Progress.Failure failure, long atMs) {
    return of(command, State.FAILED, Optional.empty(), Optional.of(failure), atMs);
  }

  private static ProfileReport of(
      ProfileCommand command,
      State state,
      Optional<Figures> figures,
      Optional<Progress.Failure> failure,
      long atMs) {
    return new ProfileReport(1, command.job(), command.version(), state, figures, failure, atMs);
  }

  private static void require(boolean holds, String sentence) {
    if (!holds) {
      throw new FlotillaException(ErrorCode.INPUT_INVALID, sentence);
    }
  }

  /** Where a job is. */
  public enum State {
    /** The device is measuring. */
    RUNNING,
    /** It has measured. */
    SUCCEEDED,
    /** It could not, or would not. */
    FAILED
  }

  /**
   * What was measured, and on what.
   *
   * @param provider execution provider, such as {@code CPUExecutionProvider}; 1 to {@value
   *     #MAX_NAME_CHARS} characters
   * @param simulated true if the accelerator is a stand-in, so that the figures say nothing about
   *     real hardware
   * @param architecture processor architecture, such as {@code amd64}; 1 to {@value
   *     #MAX_NAME_CHARS} characters
   * @param cpuCount logical processors that the agent could use, 1 or more
   * @param points one for each number of threads, 1 to {@value ProfileCommand#MAX_POINTS}
   * @param recommendedThreads the threads of one of the points
   */
  public record Figures(
      String provider,
      boolean simulated,
      String architecture,
      int cpuCount,
      List<Point> points,
      int recommendedThreads) {
    /** Most characters of a name. */
    public static final int MAX_NAME_CHARS = 64;

    /**
     * Checks the ranges and copies the list.
     *
     * @throws FlotillaException {@code INPUT_INVALID}
     */
    public Figures {
      points = List.copyOf(points);
      require(
          isName(provider) && isName(architecture) && cpuCount >= 1,
          "a profile names its provider, architecture and number of processors");
      require(
          !points.isEmpty()
              && points.size() <= ProfileCommand.MAX_POINTS
              && points.stream().mapToInt(Point::threads).distinct().count() == points.size(),
          "a profile has 1 to %d points, one for each number of threads"
              .formatted(ProfileCommand.MAX_POINTS));
      int threads = recommendedThreads;
      require(
          points.stream().anyMatch(point -> point.threads() == threads),
          "the recommended number of threads is that of one of the points");
    }

    private static boolean isName(String text) {
      return !text.isBlank() && text.length() <= MAX_NAME_CHARS;
    }
  }

  /**
   * What was measured with one number of threads. Figures are finite and 0 or more.
   *
   * @param threads threads that one run may use, 1 to {@value ProfileCommand#MAX_THREADS}
   * @param loadMillis time to load, in milliseconds
   * @param p50Micros half of the runs took at most this, in microseconds
   * @param p95Micros 95 of 100 runs took at most this, in microseconds
   * @param p99Micros 99 of 100 runs took at most this, in microseconds
   * @param throughputPerSecond runs by one caller in a second
   * @param cpuSecondsPer1000 processor time of 1,000 runs in seconds, that of the whole agent; 0 if
   *     the device does not tell
   * @param residentBytes how much more memory the agent held after the runs than before loading; 0
   *     if the device does not tell, and if it held less
   */
  public record Point(
      int threads,
      double loadMillis,
      double p50Micros,
      double p95Micros,
      double p99Micros,
      double throughputPerSecond,
      double cpuSecondsPer1000,
      long residentBytes) {
    /**
     * Checks the ranges.
     *
     * @throws FlotillaException {@code INPUT_INVALID}
     */
    public Point {
      require(
          threads >= 1
              && threads <= ProfileCommand.MAX_THREADS
              && residentBytes >= 0
              && p50Micros <= p95Micros
              && p95Micros <= p99Micros
              && DoubleStream.of(
                      loadMillis, p50Micros, p99Micros, throughputPerSecond, cpuSecondsPer1000)
                  .allMatch(figure -> Double.isFinite(figure) && figure >= 0),
          "a point of a profile has 1 to %d threads and figures from 0, with p50 ≤ p95 ≤ p99"
              .formatted(ProfileCommand.MAX_THREADS));
    }
  }
}
