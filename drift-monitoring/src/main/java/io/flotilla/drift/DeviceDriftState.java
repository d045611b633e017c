package io.flotilla.drift;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is remembered of one device from window to window. A flag goes up after {@link #CONFIRMING}
 * consecutive exceeding windows and down after as many consecutive quiet ones. No device's windows
 * ever change another's verdict.
 *
 * <pre>
 *          2 exceeding windows in a row
 *   quiet ─────────────────────────────► flagged
 *         ◄─────────────────────────────
 *            2 quiet windows in a row
 * </pre>
 *
 * @param windows windows judged so far, ≥ 0
 * @param exceedances consecutive exceeding windows up to now, ≥ 0
 * @param quiets consecutive quiet windows up to now, ≥ 0
 * @param flagged whether the device counts as drifting
 * @param sinceWindow number of the first exceeding window of the flag, from 1; empty if not flagged
 */
public record DeviceDriftState(
    long windows, int exceedances, int quiets, boolean flagged, OptionalLong sinceWindow) {
  /** Consecutive windows that change a flag. */
  public static final int CONFIRMING = 2;

  /** A device of which no window was judged. */
  public static final DeviceDriftState NEW =
      new DeviceDriftState(0, 0, 0, false, OptionalLong.empty());

  /** Checks that the parts agree. */
  public DeviceDriftState {
    if (windows < 0 || exceedances < 0 || quiets < 0 || flagged != sinceWindow.isPresent()) {
      throw new IllegalArgumentException("not a state that windows lead to");
    }
  }

  /** The state after one more window, and the change of the flag if there is one. */
  public Step next(WindowVerdict verdict) {
    long number = windows + 1;
    int exceeding = verdict.exceeds() ? exceedances + 1 : 0;
    int quiet = verdict.exceeds() ? 0 : quiets + 1;
    long first = number - CONFIRMING + 1;
    if (!flagged && exceeding >= CONFIRMING) {
      return new Step(
          new DeviceDriftState(number, exceeding, quiet, true, OptionalLong.of(first)),
          Optional.of(new DriftChange.Raised(first, verdict)));
    }
    if (flagged && quiet >= CONFIRMING) {
      return new Step(
          new DeviceDriftState(number, exceeding, quiet, false, OptionalLong.empty()),
          Optional.of(new DriftChange.Cleared(first, verdict)));
    }
    return new Step(
        new DeviceDriftState(number, exceeding, quiet, flagged, sinceWindow), Optional.empty());
  }

  /**
   * A state and what led to it.
   *
   * @param state the new state
   * @param change the change of the flag, if the window caused one
   */
  public record Step(DeviceDriftState state, Optional<DriftChange> change) {}
}
