package io.flotilla.simulator.app;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.simulator.fleet.Degradations;

/**
 * What a fleet does that nobody drives.
 *
 * @param rowsPerSecond rows that each device scores in a second, more than 0 to 10,000
 * @param degradations cameras to degrade from the start
 */
public record SimulationPlan(double rowsPerSecond, Degradations degradations) {
  private static final double MOST = 10_000;

  /**
   * Checks the rate.
   *
   * @throws FlotillaException {@code INPUT_INVALID}
   */
  public SimulationPlan {
    if (!(rowsPerSecond > 0 && rowsPerSecond <= MOST)) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "the rate must be more than 0 and at most 10,000 per second");
    }
  }
}
