package io.flotilla.controller.device;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.core.Table;
import io.flotilla.controller.core.Transaction;
import io.flotilla.registry.codec.RecordCodec;
import io.flotilla.registry.store.RecordStore;
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
  private static final Table<DeviceRecord> DEVICES = Table.cached("device", DeviceRecord.class);

  private final ConcurrentNavigableMap<String, DeviceRecord> stored = new ConcurrentSkipListMap<>();

  /** Reads all devices from the store. */
  public DeviceDirectory(RecordStore store) {
    String after = "";
    List<RecordStore.Entry> entries;
    do {
      entries = store.scan(DEVICES.key(""), after, RecordStore.MAX_SCAN);
      for (RecordStore.Entry entry : entries) {
        DeviceRecord device = RecordCodec.decode(entry.value(), DeviceRecord.class);
        stored.put(device.id(), device);
        after = entry.key();
      }
    } while (entries.size() == RecordStore.MAX_SCAN);
  }

  /** The device as the decision sees it; core thread only. */
  public Optional<DeviceRecord> get(Transaction tx, String id) {
    return tx.get(DEVICES, id);
  }

  /**
   * The device as the decision sees it; core thread only.
   *
   * @throws FlotillaException {@code DEVICE_NOT_FOUND}
   */
  public DeviceRecord require(Transaction tx, String id) {
    return get(tx, id).orElseThrow(() -> notFound(id));
  }

  /** Stores a device as a part of the decision; core thread only. */
  public void put(Transaction tx, DeviceRecord device) {
    tx.put(DEVICES, device.id(), device);
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
   * Whether a certificate that the authority issued for this id is the device's present one, and
   * the device is not shut out. A device that was enrolled again has a new certificate.
   */
  public boolean admits(String id, BigInteger certificateSerial) {
    return find(id)
        .map(DeviceRecord::identity)
        .filter(identity -> !identity.revoked())
        .filter(identity -> identity.certificateSerial().equals(certificateSerial.toString(HEX)))
        .isPresent();
  }

  /** All stored devices that the selector means, by id. */
  public List<DeviceRecord> select(Selector selector) {
    return stored.values().stream().filter(selector::matches).toList();
  }

  /**
   * Stored devices that the selector means, by id.
   *
   * @param after id of the last device of the page before; "" to begin
   * @param limit 1 to {@link #MAX_PAGE}; fewer devices than this mean that the end is reached
   */
  public List<DeviceRecord> page(Selector selector, String after, int limit) {
    return stored.tailMap(after, false).values().stream()
        .filter(selector::matches)
        .limit(Math.clamp(limit, 1, MAX_PAGE))
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
