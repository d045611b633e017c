package io.flotilla.controller.profiling;

import java.util.EnumSet;
import java.util.Set;

/**
 * States of a profile job.
 *
 * <pre>
 * WAITING ──► RUNNING ──► SUCCEEDED
 *    │           │            ▲
 *    │           ▼            │ measured after all, past its time
 *    └───────► FAILED ────────┘
 * </pre>
 *
 * What a device says may be lost until it says more: so {@code WAITING} may be left for every
 * other.
 */
public enum ProfileJobState {
  /** The device has not said that it began. */
  WAITING,
  /** The device is measuring. */
  RUNNING,
  /** The profile is stored. */
  SUCCEEDED,
  /** The device could not, would not, or took too long. */
  FAILED;

  /** What may follow. */
  public Set<ProfileJobState> next() {
    return switch (this) {
      case WAITING -> EnumSet.of(RUNNING, SUCCEEDED, FAILED);
      case RUNNING -> EnumSet.of(SUCCEEDED, FAILED);
      case FAILED -> EnumSet.of(SUCCEEDED);
      case SUCCEEDED -> EnumSet.noneOf(ProfileJobState.class);
    };
  }

  /** Whether the device's last word is still awaited. */
  public boolean open() {
    return this == WAITING || this == RUNNING;
  }
}
