package io.flotilla.rollout.plan;

import java.util.Locale;

/**
 * A behaviour that must not get worse.
 *
 * @param metric what is watched
 * @param against what it is compared with
 * @param margin by how much it may get worse, 0 to 1
 * @param minimumRows rows a device must have scored before it counts, 1 to 1,000,000
 * @param minimumDevices devices that must count before the wave may be left, 1 to 100,000
 */
public record GatePlan(
    Metric metric, Against against, double margin, int minimumRows, int minimumDevices) {
  private static final int MAX_ROWS = 1_000_000;
  private static final int MAX_DEVICES = 100_000;

  /**
   * Checks the ranges.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code ROLLOUT_PLAN_INVALID}
   */
  public GatePlan {
    PlanInvalid.range("a gate's margin", margin, 0, 1);
    PlanInvalid.range("minimumRows", minimumRows, 1, MAX_ROWS);
    PlanInvalid.range("minimumDevices", minimumDevices, 1, MAX_DEVICES);
  }

  /** What a gate watches. */
  public enum Metric {
    /** Whether devices carry the assignment out. */
    SUCCESS,
    /** Rows that could not be scored. */
    ERRORS,
    /** Rows that were slower than the reference's 99th percentile. */
    LATENCY_P99,
    /** Memory of the agent. */
    MEMORY,
    /** Restarts of the agent. */
    RESTARTS,
    /** The distribution of what is predicted. */
    PREDICTION,
    /** Windows that drift. */
    DRIFT,
    /** Rows on which a shadow disagrees. */
    DISAGREEMENT,
    /** Rows predicted rightly, as labels arrive. */
    ACCURACY
  }

  /** What a gate compares with. */
  public enum Against {
    /** The devices of the control arm. */
    CONTROL,
    /** What the same devices did before. */
    PREVIOUS
  }

  /** What decisions call it, such as {@code errors-previous}. */
  public String name() {
    return (metric.name() + "-" + against.name()).toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
