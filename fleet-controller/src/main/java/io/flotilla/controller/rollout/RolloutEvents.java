package io.flotilla.controller.rollout;

import io.flotilla.controller.event.FleetEvent;
import io.flotilla.rollout.engine.Rollout;
import io.flotilla.rollout.engine.RolloutAction.Announce;
import io.flotilla.rollout.engine.RolloutAction.Change;
import io.flotilla.rollout.engine.Tally;
import io.flotilla.rollout.engine.TargetState;
import java.util.Map;
import java.util.TreeMap;

/** Tells the world about rollouts. */
final class RolloutEvents {
  private RolloutEvents() {}

  static FleetEvent of(Rollout rollout, Announce announce) {
    Tally tally = rollout.tally();
    Map<String, Object> data = new TreeMap<>();
    data.put("model", rollout.version().model());
    data.put("version", rollout.version().version());
    data.put("state", rollout.state().name());
    data.put("devices", rollout.devices());
    data.put("succeeded", tally.of(TargetState.SUCCEEDED));
    data.put("failed", tally.of(TargetState.FAILED));
    rollout.notes().reason().ifPresent(reason -> data.put("reason", reason));
    if (announce.change() == Change.WAVE_OPENED) {
      data.put("wave", announce.wave());
      data.put("waveDevices", rollout.waves().get(announce.wave()).tally().total());
    }
    if (announce.change() == Change.UNDONE) {
      data.put("undone", tally.of(TargetState.UNDONE));
      data.put("undoFailed", tally.of(TargetState.UNDO_FAILED));
    }
    return new FleetEvent(announce.change().eventType(), "rollout/" + rollout.id(), data);
  }
}
