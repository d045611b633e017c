package io.flotilla.rollout.plan;

import io.flotilla.rollout.window.Window;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * When a rollout may move.
 *
 * @param startAtMs Unix time in milliseconds before which nothing moves; empty for at once
 * @param window when devices may be assigned; empty for always
 * @param approval whether another person than its creator has to approve it first
 * @param totalTimeoutSeconds how long it may take from its start, 1 to {@value #MAX_TOTAL_SECONDS};
 *     empty for as long as it takes
 */
public record Schedule(
    OptionalLong startAtMs,
    Optional<Window> window,
    boolean approval,
    OptionalInt totalTimeoutSeconds) {
  /** The longest rollout: a year. */
  public static final int MAX_TOTAL_SECONDS = 366 * 24 * 3600;

  /** At once, always, without approval. */
  public static final Schedule NOW =
      new Schedule(OptionalLong.empty(), Optional.empty(), false, OptionalInt.empty());

  /**
   * Checks the ranges.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code ROLLOUT_PLAN_INVALID}
   */
  public Schedule {
    totalTimeoutSeconds.ifPresent(
        seconds -> PlanInvalid.range("totalTimeoutSeconds", seconds, 1, MAX_TOTAL_SECONDS));
  }
}
