package io.flotilla.controller.device;

import io.flotilla.controller.core.Decision;
import io.flotilla.controller.core.DecisionLoop;
import io.flotilla.controller.core.GovernedRecords;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.event.LoggedEvent;
import io.flotilla.registry.audit.AuditLog;
import io.flotilla.registry.store.CheckpointStore;
import io.flotilla.registry.store.rocksdb.RocksRecordStore;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/** A real store, core, directory and event log in a folder. */
public final class TestFleet implements AutoCloseable {
  public final CheckpointStore store;
  public final AuditLog audit;
  public final DecisionLoop core;
  public final DeviceDirectory devices;
  public final Groups groups;
  public final EventLog events;

  public TestFleet(Path folder, Clock clock) {
    store = RocksRecordStore.open(folder);
    audit = new AuditLog(store, clock, GovernedRecords.SCOPE);
    core = new DecisionLoop(store, audit);
    devices = new DeviceDirectory(store);
    groups = new Groups(store);
    events = new EventLog(store, clock);
    core.start();
  }

  public FleetState state() {
    return new FleetState(core, devices, groups, events);
  }

  public <T> T decide(Decision<T> decision) {
    return core.submit(decision).toCompletableFuture().join();
  }

  /** Adds a device that nobody issued a certificate for. */
  public DeviceRecord add(String id, Map<String, String> labels) {
    DeviceRecord device =
        DeviceRecord.enrolled(id, labels, DeviceRecord.Identity.of(1_000, "abc", "00".repeat(32)));
    return decide(
        tx -> {
          devices.put(tx, device);
          return device;
        });
  }

  public List<String> eventTypes() {
    return events.page(0, EventLog.MAX_PAGE).stream().map(LoggedEvent::type).toList();
  }

  @Override
  public void close() {
    core.close();
    store.close();
  }
}
