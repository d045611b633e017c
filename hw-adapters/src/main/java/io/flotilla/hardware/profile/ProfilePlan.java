package io.flotilla.hardware.profile;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.hardware.LoadOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What to measure.
 *
 * @param threads numbers of threads to try, in this order; 1 to 16 different ones, each 1 to {@link
 *     LoadOptions#MAX_THREADS}
 * @param warmUpRuns runs before measuring, 0 to 100,000, in no more than a quarter of the time;
 *     default 10,000, so that the compiler has done its work where runs are short
 * @param runs most runs that are measured for each number of threads, 1 to 1,000,000; default
 *     1,000. All their latencies are kept, 8 bytes each
 * @param time most time for each number of threads, loading and warming up included, 10 ms to 1 h;
 *     one run is measured in any case; default 10 s
 * @param shapes shapes of inputs that have open dimensions, by name; what is left out gets 1 for
 *     each open dimension
 * @param slackPercent how much higher than the lowest the p95 latency of the recommended number of
 *     threads may be, 0 to 1,000; default 25
 */
public record ProfilePlan(
    List<Integer> threads,
    int warmUpRuns,
    int runs,
    Duration time,
    Map<String, List<Long>> shapes,
    int slackPercent) {
  private static final int MAX_POINTS = 16;
  private static final int MAX_WARM_UP = 100_000;
  private static final int MAX_RUNS = 1_000_000;
  private static final int MAX_SLACK = 1_000;
  private static final Duration MIN_TIME = Duration.ofMillis(10);
  private static final Duration MAX_TIME = Duration.ofHours(1);

  /**
   * Checks the ranges and copies the collections.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if one is left
   */
  public ProfilePlan {
    threads = List.copyOf(threads);
    Map<String, List<Long>> copies = new TreeMap<>();
    shapes.forEach((name, shape) -> copies.put(name, List.copyOf(shape)));
    shapes = Collections.unmodifiableMap(copies);
    require(
        !threads.isEmpty() && threads.size() <= MAX_POINTS,
        "a profile tries 1 to %d numbers of threads".formatted(MAX_POINTS));
    require(
        threads.stream().distinct().count() == threads.size()
            && threads.stream().allMatch(n -> n >= 1 && n <= LoadOptions.MAX_THREADS),
        "numbers of threads are 1 to %d, each once".formatted(LoadOptions.MAX_THREADS));
    require(
        warmUpRuns >= 0 && warmUpRuns <= MAX_WARM_UP,
        "a profile warms up with 0 to %d runs".formatted(MAX_WARM_UP));
    require(runs >= 1 && runs <= MAX_RUNS, "a profile measures 1 to %d runs".formatted(MAX_RUNS));
    require(
        time.compareTo(MIN_TIME) >= 0 && time.compareTo(MAX_TIME) <= 0,
        "a profile takes 10 ms to 1 h for each number of threads");
    require(
        slackPercent >= 0 && slackPercent <= MAX_SLACK,
        "the slack of latency is 0 to %d percent".formatted(MAX_SLACK));
  }

  /**
   * The defaults, with 1, 2, 4 … threads up to the number of processors, and that number itself.
   *
   * @param processors 1 or more
   */
  public static ProfilePlan sweep(int processors) {
    int most = Math.clamp(processors, 1, LoadOptions.MAX_THREADS);
    List<Integer> threads = new ArrayList<>();
    for (int n = 1; n < most; n *= 2) {
      threads.add(n);
    }
    threads.add(most);
    return new ProfilePlan(threads, 10_000, 1_000, Duration.ofSeconds(10), Map.of(), 25);
  }

  private static void require(boolean holds, String sentence) {
    if (!holds) {
      throw new FlotillaException(ErrorCode.INPUT_INVALID, sentence);
    }
  }
}
