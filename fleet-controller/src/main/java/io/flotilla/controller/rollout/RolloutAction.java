package io.flotilla.controller.rollout;

/** What a decision about a rollout asks of its surroundings, in this order. */
public sealed interface RolloutAction {
  /** Issue the rollout's version to a device under this number. */
  record Assign(String device, long number) implements RolloutAction {}

  /**
   * Give a device back what it was to run before the assignment of this number; nothing, if it had
   * nothing, or if a later assignment has replaced that one.
   */
  record GiveBack(String device, long number) implements RolloutAction {}

  /**
   * Tell the world.
   *
   * @param wave index of the wave, from 0; meaningful only for {@code WAVE_OPENED}
   */
  record Announce(Change change, int wave) implements RolloutAction {
    /** What changed; the event's type is {@code io.flotilla.rollout.} and this in lower case. */
    public enum Change {
      /** It exists. */
      CREATED("created"),
      /** A wave's devices have their assignments. */
      WAVE_OPENED("wave.opened"),
      /** An operator paused it. */
      PAUSED("paused"),
      /** An operator resumed it. */
      RESUMED("resumed"),
      /** An operator ended it. */
      ABORTED("aborted"),
      /** Too many devices failed. */
      HALTED("halted"),
      /** Every device has its last word. */
      COMPLETED("completed");

      private final String suffix;

      Change(String suffix) {
        this.suffix = suffix;
      }

      /** The event type. */
      public String eventType() {
        return "io.flotilla.rollout." + suffix;
      }
    }
  }
}
