package io.flotilla.controller.device;

import io.flotilla.protocol.message.HardwareFacts;
import io.flotilla.protocol.message.VersionRef;
import java.util.Map;
import java.util.Optional;

/**
 * The part of a device that the centre decides. Changes of it are vouched for by the audit chain;
 * what the device says of itself is in {@link State}, which changes with every hello.
 *
 * @param id its id
 * @param labels what operators select by
 * @param identity how it proves who it is
 * @param desired what it shall run
 */
record StoredDevice(
    String id,
    Map<String, String> labels,
    DeviceRecord.Identity identity,
    Optional<DeviceRecord.Desired> desired) {
  /** Copies the labels. */
  StoredDevice {
    labels = Map.copyOf(labels);
  }

  static StoredDevice of(DeviceRecord device) {
    return new StoredDevice(device.id(), device.labels(), device.identity(), device.desired());
  }

  DeviceRecord with(State state) {
    return new DeviceRecord(
        id,
        labels,
        identity,
        state.presence(),
        state.hardware(),
        desired,
        state.running(),
        state.drifting());
  }

  /**
   * The part of a device that it tells, and what follows from it.
   *
   * @param presence whether it is there
   * @param hardware what it said it is made of
   * @param running what it says it runs
   * @param drifting whether its inputs are flagged as drifted
   */
  record State(
      DeviceRecord.Presence presence,
      Optional<HardwareFacts> hardware,
      Optional<VersionRef> running,
      boolean drifting) {
    /** Of a device that said nothing yet. */
    static final State NEW =
        new State(
            new DeviceRecord.Presence(false, 0, Optional.empty()),
            Optional.empty(),
            Optional.empty(),
            false);

    static State of(DeviceRecord device) {
      return new State(device.presence(), device.hardware(), device.running(), device.drifting());
    }
  }

  /** What records held before they were split, in one piece with {@link StoredDevice}. */
  record Whole(
      Optional<DeviceRecord.Presence> presence,
      Optional<HardwareFacts> hardware,
      Optional<VersionRef> running,
      Optional<Boolean> drifting) {
    State state() {
      return new State(
          presence.orElse(State.NEW.presence()), hardware, running, drifting.orElse(false));
    }
  }
}
