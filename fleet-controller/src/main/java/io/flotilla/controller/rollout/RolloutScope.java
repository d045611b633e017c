package io.flotilla.controller.rollout;

import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.access.Caller;
import io.flotilla.controller.access.Permission;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.device.DeviceDirectory;
import io.flotilla.controller.device.DeviceScope;
import io.flotilla.controller.rollout.RolloutRecords.Reading;
import io.flotilla.rollout.engine.Rollout;
import io.flotilla.rollout.engine.RolloutInput;

/** Whether the present caller may do something to a rollout. */
final class RolloutScope {
  private RolloutScope() {}

  /**
   * Returns if it may.
   *
   * @throws FlotillaException {@code FORBIDDEN} if no grant covers the model, or, for all but a
   *     pause, one of the devices
   */
  static void require(
      Transaction tx, DeviceDirectory devices, Rollout rollout, RolloutInput input) {
    Permission permission =
        input instanceof RolloutInput.Approve ? Permission.APPROVE : Permission.ROLLOUT_WRITE;
    String model = rollout.version().model();
    Caller.current().requireModel(permission, model);
    DeviceScope scope = DeviceScope.of(permission, model);
    // Whoever may stop some of it may have all of it wait.
    if (input instanceof RolloutInput.Pause || scope.everywhere()) {
      return;
    }
    StoredTargets targets = new StoredTargets(Reading.of(tx), rollout);
    for (int position = 0; position < rollout.devices(); position++) {
      devices.get(tx, targets.at(position).device()).ifPresent(scope::require);
    }
  }
}
