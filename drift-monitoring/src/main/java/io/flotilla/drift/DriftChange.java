package io.flotilla.drift;

/** A change of a device's flag. */
public sealed interface DriftChange {
  /** The window that decided it. */
  WindowVerdict verdict();

  /**
   * The device drifts.
   *
   * @param sinceWindow number of the first exceeding window, from 1
   * @param verdict the window that confirmed it
   */
  record Raised(long sinceWindow, WindowVerdict verdict) implements DriftChange {}

  /**
   * The device is quiet again.
   *
   * @param sinceWindow number of the first quiet window, from 1
   * @param verdict the window that confirmed it
   */
  record Cleared(long sinceWindow, WindowVerdict verdict) implements DriftChange {}
}
