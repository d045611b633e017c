package io.flotilla.rollout.engine;

import java.util.EnumSet;
import java.util.Set;

/**
 * States of a rollout. Which may follow is data: {@link #next()}. The drawing is in {@code
 * docs/rollouts.md}, checked against this table.
 *
 * <p>In every state, devices that were assigned go on to their last word, and what they say is
 * recorded. Only {@code RUNNING} and {@code FOLLOWING} assign further devices.
 */
public enum RolloutState {
  /** Its start time is not there yet. */
  SCHEDULED,
  /** Somebody has to approve the rollout, or its next wave. */
  AWAITING_APPROVAL,
  /** Waves open one after the other. */
  RUNNING,
  /** No further device is assigned until it is resumed. */
  PAUSED,
  /** Every device that was there has its last word; such as match later are taken in. */
  FOLLOWING,
  /** Every device has its last word, and no more failed than the plan allows. */
  COMPLETED,
  /** More failed than the plan allows, or a gate stopped it. */
  HALTED,
  /** An operator ended it. */
  ABORTED,
  /** Every device that was assigned is getting its previous version back. */
  UNDOING,
  /** Every device that was assigned has its previous version back, or said why not. */
  UNDONE;

  /** What may follow. */
  public Set<RolloutState> next() {
    return switch (this) {
      case SCHEDULED -> EnumSet.of(RUNNING, AWAITING_APPROVAL, ABORTED);
      case AWAITING_APPROVAL -> EnumSet.of(SCHEDULED, RUNNING, PAUSED, HALTED, ABORTED, UNDOING);
      case RUNNING ->
          EnumSet.of(AWAITING_APPROVAL, PAUSED, FOLLOWING, COMPLETED, HALTED, ABORTED, UNDOING);
      case PAUSED -> EnumSet.of(RUNNING, HALTED, ABORTED, UNDOING);
      case FOLLOWING -> EnumSet.of(PAUSED, COMPLETED, HALTED, ABORTED, UNDOING);
      case COMPLETED, HALTED, ABORTED -> EnumSet.of(UNDOING);
      case UNDOING -> EnumSet.of(UNDONE);
      case UNDONE -> EnumSet.noneOf(RolloutState.class);
    };
  }

  /** Whether it assigns its version to nobody any more. */
  public boolean over() {
    return switch (this) {
      case COMPLETED, HALTED, ABORTED, UNDOING, UNDONE -> true;
      case SCHEDULED, AWAITING_APPROVAL, RUNNING, PAUSED, FOLLOWING -> false;
    };
  }

  /** Whether further devices may be assigned. */
  public boolean assigns() {
    return this == RUNNING || this == FOLLOWING;
  }

  /** Whether devices that fail get their previous version back. */
  boolean givesBack() {
    return this == HALTED || this == ABORTED;
  }
}
