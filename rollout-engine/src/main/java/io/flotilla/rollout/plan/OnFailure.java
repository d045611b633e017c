package io.flotilla.rollout.plan;

/** What a rollout does when more fails than it tolerates, or a gate stops it. */
public enum OnFailure {
  /** It is over; devices that failed get their previous version back. */
  HALT,
  /** It waits for an operator. */
  PAUSE,
  /** Every device that was assigned gets its previous version back. */
  UNDO
}
