package io.flotilla.controller.rollout;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.controller.catalog.VersionCatalog;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.device.DeviceDirectory;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.controller.rollout.AssignmentBook.Issued;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.rollout.engine.Devices;
import io.flotilla.rollout.window.Window;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;

/** Answers the engine's questions about devices. Confined to one decision. */
final class FleetDevices implements Devices {
  /** The label that tells a device's time zone. */
  static final String TIMEZONE = "timezone";

  private final Transaction tx;
  private final String rollout;
  private final DeviceDirectory devices;
  private final VersionCatalog catalog;
  private final Assignments assignments;

  FleetDevices(
      Transaction tx,
      String rollout,
      DeviceDirectory devices,
      VersionCatalog catalog,
      Assignments assignments) {
    this.tx = tx;
    this.rollout = rollout;
    this.devices = devices;
    this.catalog = catalog;
    this.assignments = assignments;
  }

  @Override
  public long nextNumber(String device) {
    return assignments.nextNumber(tx, device);
  }

  @Override
  public Optional<VersionRef> previous(String device) {
    return devices
        .get(tx, device)
        .flatMap(
            known -> known.running().or(() -> known.desired().map(DeviceRecord.Desired::target)));
  }

  @Override
  public boolean holds(String device, long number) {
    return assignments.current(tx, device).map(Issued::number).filter(n -> n == number).isPresent();
  }

  @Override
  public Optional<String> barred(String device) {
    Optional<DeviceRecord> known = devices.get(tx, device);
    if (known.isEmpty()) {
      return Optional.of(ErrorCode.DEVICE_NOT_FOUND.name());
    }
    if (!known.get().identity().admitted()) {
      return Optional.of(ErrorCode.FORBIDDEN.name());
    }
    return tx.get(RolloutRecords.CLAIMS, device)
        .filter(claim -> !claim.rollout().equals(rollout))
        .map(claim -> ErrorCode.CONFLICT.name());
  }

  @Override
  public ZoneId zone(String device) {
    return devices
        .get(tx, device)
        .flatMap(known -> Optional.ofNullable(known.labels().get(TIMEZONE)))
        .map(Window::zoneOf)
        .orElse(ZoneOffset.UTC);
  }

  @Override
  public boolean available(VersionRef version) {
    return catalog.available(version).isPresent();
  }
}
