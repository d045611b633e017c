package io.flotilla.hardware.profile;

import io.flotilla.hardware.AcceleratorInfo;
import java.util.Comparator;
import java.util.List;

/**
 * How a model does on an accelerator.
 *
 * @param accelerator what it ran on; figures of a simulated one say nothing about real hardware
 * @param architecture processor architecture, such as {@code amd64}
 * @param cpuCount logical processors that this process could use
 * @param points what was measured, in the plan's order; at least one
 * @param recommendedThreads number of threads to use; see {@link #recommend}
 */
public record ModelProfile(
    AcceleratorInfo accelerator,
    String architecture,
    int cpuCount,
    List<ProfilePoint> points,
    int recommendedThreads) {
  /** A throughput this close to the best is as good, and fewer threads leave more to others. */
  private static final double AS_GOOD = 0.95;

  private static final double PERCENT = 100;

  /** Copies the list. */
  public ModelProfile {
    points = List.copyOf(points);
  }

  /**
   * The number of threads to use. Of the points whose p95 latency is at most {@code slackPercent}
   * above the lowest p95, those count whose throughput is at least 95 % of the best among them; the
   * one with the fewest threads is chosen.
   *
   * @param points at least one
   * @param slackPercent 0 or more
   * @throws IllegalArgumentException if there is no point
   */
  public static int recommend(List<ProfilePoint> points, int slackPercent) {
    double lowest =
        points.stream()
            .mapToDouble(point -> point.latency().p95Micros())
            .min()
            .orElseThrow(() -> new IllegalArgumentException("nothing was measured"));
    double highest = lowest * (1 + slackPercent / PERCENT);
    List<ProfilePoint> quick =
        points.stream().filter(point -> point.latency().p95Micros() <= highest).toList();
    double best = quick.stream().mapToDouble(ProfilePoint::throughputPerSecond).max().orElse(0);
    return quick.stream()
        .filter(point -> point.throughputPerSecond() >= AS_GOOD * best)
        .min(Comparator.comparingInt(ProfilePoint::threads))
        .orElseThrow()
        .threads();
  }
}
