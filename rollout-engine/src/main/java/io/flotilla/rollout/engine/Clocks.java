package io.flotilla.rollout.engine;

/**
 * Makes the steady clock out of readings of the one on the wall.
 *
 * @param wallMs the last reading, Unix time in milliseconds
 * @param steadyMs what the steady clock showed then
 */
public record Clocks(long wallMs, long steadyMs) {
  /**
   * Most that the steady clock moves between two readings: more is a jump of the clock on the wall,
   * or the controller was away.
   */
  public static final long MAX_STEP_MILLIS = 10_000;

  /** The next reading. */
  public Clocks read(long newWallMs) {
    long step = Math.clamp(newWallMs - wallMs, 0, MAX_STEP_MILLIS);
    return new Clocks(newWallMs, steadyMs + step);
  }

  /** Both clocks as they are. */
  public Moment moment() {
    return new Moment(wallMs, steadyMs);
  }
}
