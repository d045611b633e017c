package io.flotilla.controller.rollout;

import java.util.EnumSet;
import java.util.Set;

/**
 * States of one device in a rollout.
 *
 * <pre>
 * PENDING ──► ASSIGNED ──► SUCCEEDED
 *                 │            ▲
 *                 ▼            │ committed after all, past the timeout
 *               FAILED ────────┘
 * </pre>
 */
public enum TargetState {
  /** Its wave is not open. */
  PENDING,
  /** It has its assignment; its last word is awaited. */
  ASSIGNED,
  /** It committed the version. */
  SUCCEEDED,
  /** It refused, rolled back or took too long. */
  FAILED;

  /** What may follow. */
  public Set<TargetState> next() {
    return switch (this) {
      case PENDING -> EnumSet.of(ASSIGNED);
      case ASSIGNED -> EnumSet.of(SUCCEEDED, FAILED);
      case FAILED -> EnumSet.of(SUCCEEDED);
      case SUCCEEDED -> EnumSet.noneOf(TargetState.class);
    };
  }
}
