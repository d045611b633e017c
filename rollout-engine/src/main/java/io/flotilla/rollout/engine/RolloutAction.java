package io.flotilla.rollout.engine;

import io.flotilla.protocol.message.VersionRef;
import io.flotilla.rollout.gate.Verdict;
import java.util.Optional;

/** What a decision about a rollout asks of its surroundings, in this order. */
public sealed interface RolloutAction {
  /**
   * Issue a version to a device.
   *
   * @param number the assignment's
   * @param previous what the device gets back if that goes wrong
   */
  record Assign(String device, long number, VersionRef version, Optional<VersionRef> previous)
      implements RolloutAction {}

  /**
   * Give a device back what it was to run before the assignment of this number, under the next
   * number; nothing, if it had nothing.
   */
  record GiveBack(String device, long number) implements RolloutAction {}

  /** Keep a gate's decision with the numbers behind it. */
  record Keep(Verdict verdict) implements RolloutAction {}

  /**
   * Tell the world.
   *
   * @param wave index of the last open wave, from 0; 0 before the first
   */
  record Announce(Change change, int wave) implements RolloutAction {}

  /** What changed; the event's type is {@code io.flotilla.rollout.} and this in lower case. */
  enum Change {
    /** It exists. */
    CREATED("created"),
    /** Somebody has to approve it, or its next wave. */
    APPROVAL_WANTED("approval.wanted"),
    /** Somebody approved it. */
    APPROVED("approved"),
    /** Its start time has come. */
    STARTED("started"),
    /** The devices of a wave have their turn. */
    WAVE_OPENED("wave.opened"),
    /** A gate stopped it. */
    GATE_FAILED("gate.failed"),
    /** An operator or its policy paused it. */
    PAUSED("paused"),
    /** An operator resumed it. */
    RESUMED("resumed"),
    /** An operator ended it. */
    ABORTED("aborted"),
    /** Too much failed. */
    HALTED("halted"),
    /** Every device that was there has its last word. */
    FOLLOWING("following"),
    /** Every device has its last word. */
    COMPLETED("completed"),
    /** Devices begin to return to what they ran before. */
    UNDOING("undoing"),
    /** Every device returned, or said why not. */
    UNDONE("undone");

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
