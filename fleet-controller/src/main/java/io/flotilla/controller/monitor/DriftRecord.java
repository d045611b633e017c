package io.flotilla.controller.monitor;

import io.flotilla.drift.DeviceDriftState;
import io.flotilla.drift.WindowVerdict;
import java.util.Optional;

/**
 * What is remembered of one device's windows of one model.
 *
 * @param version the version whose baseline they are judged by
 * @param state flag and counts; begins anew with each version, but for the flag itself
 * @param suspectSinceMs Unix time in milliseconds on the device of the first row that was or may be
 *     drifted: the first of the exceeding windows in a row, or of the flag; empty if all is quiet
 * @param last the last verdict; empty before the first window
 * @param pooled wire form of the counters since {@code suspectSinceMs}, merged; empty if quiet
 * @param membership the cohort that the device was put into; empty if none
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of bytes: never compared or hashed
public record DriftRecord(
    int version,
    DeviceDriftState state,
    Optional<Long> suspectSinceMs,
    Optional<WindowVerdict> last,
    Optional<byte[]> pooled,
    Optional<Membership> membership) {

  /** A device of which no window came. */
  static DriftRecord begin(int version) {
    return new DriftRecord(
        version,
        DeviceDriftState.NEW,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /**
   * The same device on another version: everything begins anew but the flag, which only quiet
   * windows take down, and the cohort.
   */
  DriftRecord on(int newVersion) {
    DeviceDriftState fresh = new DeviceDriftState(0, 0, 0, state.flagged(), state.sinceWindow());
    return new DriftRecord(
        newVersion,
        fresh,
        state.flagged() ? suspectSinceMs : Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        membership);
  }

  DriftRecord joined(Membership value) {
    return new DriftRecord(version, state, suspectSinceMs, last, pooled, Optional.of(value));
  }

  /**
   * A cohort that a device belongs to.
   *
   * @param cohort its name
   * @param sinceMs Unix time in milliseconds on the device from which its rows belong to it
   */
  public record Membership(String cohort, long sinceMs) {}
}
