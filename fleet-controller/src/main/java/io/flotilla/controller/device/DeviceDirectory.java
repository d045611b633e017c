package io.flotilla.controller.device;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.core.Table;
import io.flotilla.controller.core.Transaction;
import io.flotilla.registry.codec.RecordCodec;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.WriteBatch;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * All devices. Decisions read and write them through their transaction; everyone else reads an
 * index of what is stored, from any thread and without touching the disk.
 */
public final class DeviceDirectory {
  /** Most devices of one page. */
  public static final int MAX_PAGE = 1000;

  private static final int HEX = 16;
  private static final Table<StoredDevice> DEVICES = Table.cached("device", StoredDevice.class);
  private static final Table<StoredDevice.State> STATES =
      Table.cached("device-state", StoredDevice.State.class);

  private final ConcurrentNavigableMap<String, DeviceRecord> stored = new ConcurrentSkipListMap<>();

  /**
   * Reads all devices from the store. What an earlier release kept in one record is split first, so
   * it must come before any decision.
   */
  public DeviceDirectory(RecordStore store) {
    split(store);
    String after = "";
    List<RecordStore.Entry> entries;
    do {
      entries = store.scan(DEVICES.key(""), after, RecordStore.MAX_SCAN);
      for (RecordStore.Entry entry : entries) {
        StoredDevice device = RecordCodec.decode(entry.value(), StoredDevice.class, entry.key());
        stored.put(device.id(), device.with(storedState(store, device.id())));
        after = entry.key();
      }
    } while (entries.size() == RecordStore.MAX_SCAN);
  }

  private static void split(RecordStore store) {
    String after = "";
    List<RecordStore.Entry> entries;
    do {
      entries = store.scan(DEVICES.key(""), after, RecordStore.MAX_SCAN);
      WriteBatch batch = new WriteBatch();
      for (RecordStore.Entry entry : entries) {
        String id = RecordCodec.decode(entry.value(), StoredDevice.class, entry.key()).id();
        if (store.get(STATES.key(id)).isEmpty()) {
          StoredDevice.Whole whole =
              RecordCodec.decode(entry.value(), StoredDevice.Whole.class, entry.key());
          batch.put(STATES.key(id), RecordCodec.encode(whole.state()));
        }
        after = entry.key();
      }
      store.write(batch);
    } while (entries.size() == RecordStore.MAX_SCAN);
  }

  private static StoredDevice.State storedState(RecordStore store, String id) {
    return store
        .get(STATES.key(id))
        .map(bytes -> RecordCodec.decode(bytes, StoredDevice.State.class, STATES.key(id)))
        .orElse(StoredDevice.State.NEW);
  }

  /** The device as the decision sees it; core thread only. */
  public Optional<DeviceRecord> get(Transaction tx, String id) {
    return tx.get(DEVICES, id)
        .map(device -> device.with(tx.get(STATES, id).orElse(StoredDevice.State.NEW)));
  }

  /**
   * The device as the decision sees it; core thread only.
   *
   * @throws FlotillaException {@code DEVICE_NOT_FOUND}
   */
  public DeviceRecord require(Transaction tx, String id) {
    return get(tx, id).orElseThrow(() -> notFound(id));
  }

  /**
   * Stores a device as a part of the decision; core thread only. Of its two records only those that
   * change are written.
   */
  public void put(Transaction tx, DeviceRecord device) {
    StoredDevice decided = StoredDevice.of(device);
    if (tx.get(DEVICES, device.id()).filter(decided::equals).isEmpty()) {
      tx.put(DEVICES, device.id(), decided);
    }
    StoredDevice.State told = StoredDevice.State.of(device);
    if (tx.get(STATES, device.id()).filter(told::equals).isEmpty()) {
      tx.put(STATES, device.id(), told);
    }
    tx.then(() -> stored.put(device.id(), device));
  }

  /** The device as it is stored. */
  public Optional<DeviceRecord> find(String id) {
    return Optional.ofNullable(stored.get(id));
  }

  /**
   * The device as it is stored.
   *
   * @throws FlotillaException {@code DEVICE_NOT_FOUND}
   */
  public DeviceRecord require(String id) {
    return find(id).orElseThrow(() -> notFound(id));
  }

  /**
   * Whether a certificate that the authority issued for this id is the device's present one, or the
   * one before that it is about to give up, and the device is not shut out.
   */
  public boolean admits(String id, BigInteger certificateSerial) {
    return find(id)
        .map(DeviceRecord::identity)
        .filter(DeviceRecord.Identity::admitted)
        .filter(identity -> identity.has(certificateSerial.toString(HEX)))
        .isPresent();
  }

  /** All devices of the fleet that the selector means, by id. */
  public List<DeviceRecord> select(Selector selector) {
    return stored.values().stream()
        .filter(DeviceDirectory::inFleet)
        .filter(selector::matches)
        .toList();
  }

  private static boolean inFleet(DeviceRecord device) {
    return device.identity().decommissionedAtMs().isEmpty();
  }

  /**
   * Devices that the selector means, by id.
   *
   * @param inFleet those of the fleet, or those that were decommissioned
   * @param after id of the last device of the page before; "" to begin
   * @param limit 1 to {@link #MAX_PAGE}; fewer devices than this mean that the end is reached
   */
  public List<DeviceRecord> page(Selector selector, boolean inFleet, String after, int limit) {
    return stored.tailMap(after, false).values().stream()
        .filter(device -> inFleet(device) == inFleet)
        .filter(selector::matches)
        .limit(Math.clamp(limit, 1, MAX_PAGE))
        .toList();
  }

  /** Ids of all devices that may not connect. */
  public List<String> shutOut() {
    return stored.values().stream()
        .filter(device -> !device.identity().admitted())
        .map(DeviceRecord::id)
        .toList();
  }

  /** How many devices are enrolled. */
  public int size() {
    return stored.size();
  }

  private static FlotillaException notFound(String id) {
    return new FlotillaException(
        ErrorCode.DEVICE_NOT_FOUND, "no device \"" + Labels.printable(id) + "\" is enrolled");
  }
}
