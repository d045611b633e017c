package io.flotilla.agent.deployment;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;

/**
 * Bounds of a deployment.
 *
 * @param fetchTimeoutMs longest time, connected, without a chunk of use, 1 s to 1 day; default 5
 *     minutes
 * @param probationScores scores without an error that end probation, 1 to 10,000; default 20
 * @param probationGraceMs how long to wait for live scores before golden ones make up the rest, 0
 *     to 10 minutes; default 1 s
 * @param threads threads of one run of the model, 1 to 256; default 1
 */
public record DeploymentLimits(
    int fetchTimeoutMs, int probationScores, int probationGraceMs, int threads) {
  /** 5 minutes, 20 scores, 1 s, 1 thread. */
  public static final DeploymentLimits DEFAULT = new DeploymentLimits(300_000, 20, 1_000, 1);

  private static final int SECOND_MS = 1_000;
  private static final int DAY_MS = 86_400_000;
  private static final int MOST_SCORES = 10_000;
  private static final int TEN_MINUTES_MS = 600_000;
  private static final int MOST_THREADS = 256;

  /**
   * Checks the ranges.
   *
   * @throws FlotillaException {@code CONFIGURATION_INVALID}
   */
  public DeploymentLimits {
    if (fetchTimeoutMs < SECOND_MS || fetchTimeoutMs > DAY_MS) {
      throw invalid("a fetch times out after 1 s to 1 day");
    }
    if (probationScores < 1
        || probationScores > MOST_SCORES
        || probationGraceMs < 0
        || probationGraceMs > TEN_MINUTES_MS) {
      throw invalid("probation takes 1 to 10,000 scores and waits 0 to 10 minutes for them");
    }
    if (threads < 1 || threads > MOST_THREADS) {
      throw invalid("a model runs on 1 to 256 threads");
    }
  }

  private static FlotillaException invalid(String message) {
    return new FlotillaException(ErrorCode.CONFIGURATION_INVALID, message);
  }
}
