package io.flotilla.controller.ingest;

import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.device.DeviceDirectory;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.controller.device.Selector;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.event.FleetEvent;
import io.flotilla.protocol.message.Hello;
import io.flotilla.protocol.message.Status;
import java.util.Map;
import java.util.Optional;

/** Who is there, and what it is made of. Core thread only. */
final class Presence {
  /** How exact the time of a device's last message is stored. */
  private static final long SEEN_STEP_MILLIS = 10_000;

  private final DeviceDirectory devices;
  private final EventLog events;

  Presence(DeviceDirectory devices, EventLog events) {
    this.devices = devices;
    this.events = events;
  }

  /** The controller was away and saw nobody go: whoever is there will say so. */
  void recovered(Transaction tx) {
    for (DeviceRecord device : devices.select(Selector.ALL)) {
      if (device.online()) {
        devices.put(
            tx,
            device.withPresence(
                new DeviceRecord.Presence(false, device.lastSeenMs(), device.presence().bootId())));
      }
    }
  }

  void seen(Transaction tx, String device, long nowMs) {
    DeviceRecord known = devices.require(tx, device);
    if (nowMs - known.lastSeenMs() >= SEEN_STEP_MILLIS) {
      devices.put(
          tx,
          known.withPresence(
              new DeviceRecord.Presence(known.online(), nowMs, known.presence().bootId())));
    }
  }

  /**
   * A device connected.
   *
   * @param unknownPast whether this is a device without a past, or a wiped one, or one whose past
   *     this controller does not know whole: then what it runs is what it says now; otherwise its
   *     spooled reports say it in their order
   */
  void hello(Transaction tx, String device, Hello hello, boolean unknownPast, long nowMs) {
    DeviceRecord known = devices.require(tx, device).withHardware(hello.hardware());
    if (unknownPast) {
      known = known.withRunning(hello.running());
    }
    enter(tx, known, true, hello.bootId(), nowMs);
  }

  void status(Transaction tx, String device, Status status, long nowMs) {
    DeviceRecord known = devices.require(tx, device);
    boolean ofEarlierLife =
        known.online()
            && !status.online()
            && known.presence().bootId().filter(boot -> !boot.equals(status.bootId())).isPresent();
    if (!ofEarlierLife) {
      enter(tx, known, status.online(), status.bootId(), nowMs);
    }
  }

  private void enter(
      Transaction tx, DeviceRecord device, boolean online, String bootId, long nowMs) {
    devices.put(
        tx, device.withPresence(new DeviceRecord.Presence(online, nowMs, Optional.of(bootId))));
    if (device.online() != online) {
      events.append(
          tx,
          new FleetEvent(
              online ? "io.flotilla.device.online" : "io.flotilla.device.offline",
              "device/" + device.id(),
              Map.of()));
    }
  }
}
