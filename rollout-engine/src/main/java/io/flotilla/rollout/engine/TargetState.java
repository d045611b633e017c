package io.flotilla.rollout.engine;

import java.util.EnumSet;
import java.util.Set;

/** States of one device in a rollout. Which may follow is data: {@link #next()}. */
public enum TargetState {
  /** Its turn has not come. */
  PENDING,
  /** Its turn came; it waits for its window, or to be tried again. */
  WAITING,
  /** It has its assignment; its last word is awaited. */
  ASSIGNED,
  /** It committed the version. */
  SUCCEEDED,
  /** It refused, rolled back or took too long. */
  FAILED,
  /** It is passed by: taken over by another rollout, revoked or gone. */
  SKIPPED,
  /** It is to run again what it ran before; its last word about that is awaited. */
  UNDOING,
  /** It runs again what it ran before. */
  UNDONE,
  /** It could not get back what it ran before. */
  UNDO_FAILED;

  /** What may follow. */
  public Set<TargetState> next() {
    return switch (this) {
      case PENDING -> EnumSet.of(WAITING, ASSIGNED, SKIPPED);
      case WAITING -> EnumSet.of(WAITING, ASSIGNED, SKIPPED, UNDOING, UNDONE, UNDO_FAILED);
      case ASSIGNED ->
          EnumSet.of(ASSIGNED, WAITING, SUCCEEDED, FAILED, SKIPPED, UNDOING, UNDONE, UNDO_FAILED);
      case SUCCEEDED -> EnumSet.of(SKIPPED, UNDOING, UNDONE, UNDO_FAILED);
      case FAILED -> EnumSet.of(FAILED, SUCCEEDED, SKIPPED, UNDOING, UNDONE, UNDO_FAILED);
      case UNDOING -> EnumSet.of(UNDOING, UNDONE, UNDO_FAILED, SKIPPED);
      case SKIPPED, UNDONE, UNDO_FAILED -> EnumSet.noneOf(TargetState.class);
    };
  }

  /** Whether its wave still waits for it. */
  public boolean awaited() {
    return this == PENDING || this == WAITING || this == ASSIGNED;
  }
}
