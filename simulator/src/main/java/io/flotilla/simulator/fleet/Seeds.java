package io.flotilla.simulator.fleet;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Independent streams of random numbers, all derived from one seed. */
public final class Seeds {
  private static final long GOLDEN_RATIO = 0x9e3779b97f4a7c15L;

  private Seeds() {}

  /**
   * The stream at a path of numbers, such as device, start and purpose.
   *
   * @return the same stream for the same seed and path, and unrelated ones for others
   */
  public static RandomGenerator stream(long seed, long... path) {
    long state = seed;
    for (long step : path) {
      state = new SplittableRandom(state ^ (step + 1) * GOLDEN_RATIO).nextLong();
    }
    return new SplittableRandom(state);
  }
}
