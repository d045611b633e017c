package io.flotilla.controller.rollout;

import io.flotilla.bundle.environment.Unfit;
import io.flotilla.rollout.plan.Placement;
import io.flotilla.rollout.plan.RolloutPlan;
import java.util.List;
import java.util.SortedMap;

/**
 * A rollout with its versions and devices looked up, before anything moves.
 *
 * @param plan how it would proceed
 * @param placement its devices
 * @param unfit devices that cannot run their version, and why; passed by, or in the way
 * @param conflicts devices that belong to another rollout that they cannot be taken from
 * @param matched how many devices match
 */
record RolloutDraft(
    RolloutPlan plan,
    Placement placement,
    SortedMap<String, List<Unfit>> unfit,
    List<Conflict> conflicts,
    int matched) {
  RolloutDraft {
    conflicts = List.copyOf(conflicts);
  }

  /**
   * A device that belongs to another rollout.
   *
   * @param state where that stands
   */
  record Conflict(String device, String rollout, String state) {}
}
