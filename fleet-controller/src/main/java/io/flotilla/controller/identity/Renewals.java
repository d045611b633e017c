package io.flotilla.controller.identity;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.core.Table;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.device.DeviceDirectory;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.event.FleetEvent;
import io.flotilla.protocol.message.RenewalAnswer;
import io.flotilla.protocol.message.RenewalRequest;
import io.flotilla.registry.audit.AuditAction;
import java.math.BigInteger;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * Gives devices a new certificate for the key that they have, over the connection that the present
 * one made. Both are good until the device connects with the new one. Core thread only, but for
 * {@link #connectedWithNew}.
 */
public final class Renewals {
  /** A device that asks again within this time gets the same certificate again: one day. */
  static final long SAME_MILLIS = TimeUnit.DAYS.toMillis(1);

  private static final int HEX = 16;
  private static final int SCHEMA = 1;
  private static final Table<Renewed> RENEWED = Table.of("device-renewal", Renewed.class);

  private final CertificateAuthority authority;
  private final DeviceDirectory devices;
  private final EventLog events;
  private final BiConsumer<String, RenewalAnswer> publisher;

  /**
   * Renewals by this authority.
   *
   * @param publisher brings an answer to a device; never blocks
   */
  public Renewals(
      CertificateAuthority authority,
      DeviceDirectory devices,
      EventLog events,
      BiConsumer<String, RenewalAnswer> publisher) {
    this.authority = authority;
    this.devices = devices;
    this.events = events;
    this.publisher = publisher;
  }

  /**
   * The certificate that a device was given last.
   *
   * @param serial its serial number, in hexadecimal
   * @param pem the certificate
   * @param atMs Unix time in milliseconds
   */
  private record Renewed(String serial, String pem, long atMs) {}

  /**
   * A device asked.
   *
   * @throws FlotillaException {@code CSR_INVALID} if the request cannot be read, or is for another
   *     key than the device's; {@code DEVICE_NOT_FOUND}
   */
  public void asked(Transaction tx, String id, RenewalRequest request, long nowMs) {
    DeviceRecord device = devices.require(tx, id);
    CertificateRequest csr = CertificateRequest.parse(request.csr());
    if (!csr.keyDigest().equals(device.identity().keyDigest())) {
      throw new FlotillaException(
          ErrorCode.CSR_INVALID,
          "a renewal keeps the device's key; for another one, revoke %s and enrol it again"
              .formatted(id));
    }
    Optional<Renewed> same =
        tx.get(RENEWED, id)
            .filter(last -> last.serial().equals(device.identity().certificateSerial()))
            .filter(last -> Math.abs(nowMs - last.atMs()) < SAME_MILLIS);
    String pem = same.map(Renewed::pem).orElseGet(() -> renew(tx, device, csr, nowMs));
    tx.thenOnce("renewal/" + id, () -> publisher.accept(id, new RenewalAnswer(SCHEMA, pem)));
  }

  private String renew(Transaction tx, DeviceRecord device, CertificateRequest csr, long nowMs) {
    String id = device.id();
    CertificateAuthority.Issued issued = authority.issueDevice(csr, id);
    tx.put(RENEWED, id, new Renewed(issued.serial(), issued.pem(), nowMs));
    devices.put(tx, device.withIdentity(device.identity().renewed(issued.serial())));
    tx.audit(
        new AuditAction(
            "device/" + id,
            "device.renew",
            "device/" + id,
            Map.of("certificateSerial", issued.serial())));
    events.append(
        tx,
        new FleetEvent(
            "io.flotilla.device.renewed",
            "device/" + id,
            Map.of("certificateSerial", issued.serial())));
    return issued.pem();
  }

  /** Whether a device that connected with this certificate has an older one that is still good. */
  public boolean connectedWithNew(String id, BigInteger serial) {
    return devices
        .find(id)
        .map(DeviceRecord::identity)
        .filter(identity -> identity.previousSerial().isPresent())
        .filter(identity -> identity.certificateSerial().equals(serial.toString(HEX)))
        .isPresent();
  }

  /** The device has the new certificate: the one before is good no longer. */
  public void confirmed(Transaction tx, String id) {
    devices
        .get(tx, id)
        .filter(device -> device.identity().previousSerial().isPresent())
        .ifPresent(device -> devices.put(tx, device.withIdentity(device.identity().confirmed())));
  }
}
