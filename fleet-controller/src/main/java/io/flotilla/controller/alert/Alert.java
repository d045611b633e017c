package io.flotilla.controller.alert;

import java.util.List;

/**
 * A rule whose condition holds for a group.
 *
 * @param rule the rule's name
 * @param group the value of the label that the rule groups by; empty text without one
 * @param state pending until the condition has held for long enough
 * @param sinceMs since when the condition holds, Unix time in milliseconds
 * @param held for how long, and how often it was told
 * @param subjects what it holds for, the first {@value #MAX_SUBJECTS}
 * @param found how many it holds for
 */
record Alert(
    String rule,
    String group,
    State state,
    long sinceMs,
    Held held,
    List<String> subjects,
    long found) {
  /** Most subjects that are named. */
  static final int MAX_SUBJECTS = 20;

  Alert {
    subjects = List.copyOf(subjects);
  }

  /** Where it is. */
  enum State {
    /** Not for long enough yet. */
    PENDING,
    /** For long enough. */
    FIRING
  }

  /**
   * What time made of it.
   *
   * @param heldMs for how long the condition has held while the controller looked
   * @param lookedMs the last look while it was pending, Unix time in milliseconds
   * @param toldMs when it was told last; 0 if never
   * @param told how often
   */
  record Held(long heldMs, long lookedMs, long toldMs, int told) {}
}
