package io.flotilla.controller.rollout;

import io.flotilla.bundle.environment.Unfit;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.protocol.message.VersionRef;
import java.util.List;
import java.util.Map;

/** Says beforehand which devices cannot run a version. */
@FunctionalInterface
public interface RolloutGate {
  /**
   * Judges devices as a decision sees them. Core thread; quick.
   *
   * @param version one that is registered
   * @return why, by device; those that can run it are not in it
   */
  Map<String, List<Unfit>> judge(Transaction tx, VersionRef version, List<DeviceRecord> devices);
}
