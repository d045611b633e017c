package io.flotilla.registry.crash;

import java.io.IOException;

/**
 * Counts durable steps and cuts at one of them: before it, or after it was done but before anybody
 * hears of it. From then on nothing more reaches the disk, as after a power cut: what tidies up
 * while the failure passes through must not help. Confined to one thread.
 */
final class CutPoint {
  private long left = Long.MAX_VALUE;
  private boolean after;
  private boolean dead;

  /** What a cut looks like to the code that it hits; nothing catches it. */
  static final class Cut extends Error {
    private static final long serialVersionUID = 1L;

    Cut() {
      super("cut", null, false, false);
    }
  }

  /** A step of a disk. */
  @FunctionalInterface
  interface Step<T> {
    T run() throws IOException;
  }

  /** Cuts at the step of this number from here, from 1. */
  void arm(long step, boolean afterIt) {
    left = step;
    after = afterIt;
    dead = false;
  }

  /** Lets every step through. */
  void disarm() {
    arm(Long.MAX_VALUE, false);
  }

  <T> T step(Step<T> step) throws IOException {
    requireAlive();
    left--;
    if (left > 0) {
      return step.run();
    }
    if (after) {
      step.run();
    }
    dead = true;
    throw new Cut();
  }

  void requireAlive() {
    if (dead) {
      throw new Cut();
    }
  }
}
