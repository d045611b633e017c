package io.flotilla.controller.rollout;

import java.util.EnumSet;
import java.util.Set;

/**
 * States of a rollout.
 *
 * <pre>
 *             pause
 *   RUNNING ────────► PAUSED
 *    │ │ │  ◄────────  │ │
 *    │ │ │   resume    │ │
 *    │ │ └── abort ────┼─┴─► ABORTED
 *    │ └── too many failures ──► HALTED
 *    └── every device has its last word ──► COMPLETED
 * </pre>
 *
 * In every state, devices that were assigned go on to their last word, and what they say is
 * recorded. Only {@code RUNNING} assigns further devices. In {@code HALTED} and {@code ABORTED}
 * every device that failed gets the version back that it was to run before.
 */
public enum RolloutState {
  /** Waves open one after the other. */
  RUNNING,
  /** No further wave opens until it is resumed. */
  PAUSED,
  /** More devices failed than the plan allows. */
  HALTED,
  /** Every device has its last word, and no more failed than the plan allows. */
  COMPLETED,
  /** An operator ended it. */
  ABORTED;

  /** What may follow. */
  public Set<RolloutState> next() {
    return switch (this) {
      case RUNNING -> EnumSet.of(PAUSED, HALTED, COMPLETED, ABORTED);
      case PAUSED -> EnumSet.of(RUNNING, HALTED, ABORTED);
      case HALTED, COMPLETED, ABORTED -> EnumSet.noneOf(RolloutState.class);
    };
  }

  /** Whether nothing can follow. */
  public boolean terminal() {
    return next().isEmpty();
  }

  /** Whether devices that fail get their previous version back. */
  boolean givesBack() {
    return this == HALTED || this == ABORTED;
  }
}
