package io.flotilla.protocol.message;

import java.util.EnumSet;
import java.util.Set;

/**
 * States of one deployment on one device.
 *
 * <pre>
 * ASSIGNED ─► FETCHING ─► VERIFYING ─► STAGED ─► OPTIMISING ─► PROVING ─► PROBATION ─► COMMITTED
 *     │           │           │          │           │            │           │
 *     └───────────┴───────────┴──────────┴───────────┴────────────┘           │
 *                             ▼                                               ▼
 *                          REFUSED                                       ROLLED_BACK
 * </pre>
 */
public enum DeploymentState {
  /** The assignment was accepted and stored. */
  ASSIGNED,
  /** Missing chunks are on their way. */
  FETCHING,
  /** Archive, signature and manifest are being checked. */
  VERIFYING,
  /** The verified content is on disk. */
  STAGED,
  /** The runtime is optimising the model for this device. */
  OPTIMISING,
  /** The golden vectors are being run. */
  PROVING,
  /** The new version scores and is watched; the previous one can still take over. */
  PROBATION,
  /** The new version is the one that scores, also after a restart. */
  COMMITTED,
  /** The device would not run it, and says why. */
  REFUSED,
  /** The device ran it, and went back to the version before. */
  ROLLED_BACK;

  /** Whether nothing can follow. */
  public boolean terminal() {
    return next().isEmpty();
  }

  /** What may follow. */
  public Set<DeploymentState> next() {
    return switch (this) {
      case ASSIGNED -> EnumSet.of(FETCHING, VERIFYING, REFUSED);
      case FETCHING -> EnumSet.of(VERIFYING, REFUSED);
      case VERIFYING -> EnumSet.of(STAGED, REFUSED);
      case STAGED -> EnumSet.of(OPTIMISING, REFUSED);
      case OPTIMISING -> EnumSet.of(PROVING, REFUSED);
      case PROVING -> EnumSet.of(PROBATION, REFUSED);
      case PROBATION -> EnumSet.of(COMMITTED, ROLLED_BACK);
      case COMMITTED, REFUSED, ROLLED_BACK -> EnumSet.noneOf(DeploymentState.class);
    };
  }
}
