package io.flotilla.controller.identity;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.access.Permission;
import io.flotilla.controller.core.Reason;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.controller.device.DeviceScope;
import io.flotilla.controller.device.FleetState;
import io.flotilla.controller.event.FleetEvent;
import io.flotilla.controller.identity.CertificateAuthority.Issued;
import io.flotilla.protocol.topic.Topics;
import io.flotilla.registry.audit.AuditAction;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Turns a claim and a certificate signing request into a device of the fleet. The certificate is
 * made outside the core thread, and counts for nothing unless the decision that uses the claim up
 * takes it.
 */
public final class Enrolment {
  private final EnrolmentTerms terms;
  private final CertificateAuthority authority;
  private final Claims claims;
  private final FleetState fleet;
  private final Clock clock;

  /** Enrolment into this fleet on these terms. */
  public Enrolment(
      EnrolmentTerms terms,
      CertificateAuthority authority,
      Claims claims,
      FleetState fleet,
      Clock clock) {
    this.terms = terms;
    this.authority = authority;
    this.claims = claims;
    this.fleet = fleet;
    this.clock = clock;
  }

  /**
   * Enrols a device. Of several callers with one claim one wins; that one may ask again with the
   * same id and key, and gets the same certificate. Blocks; not to be called on the core thread.
   *
   * @throws FlotillaException {@code CLAIM_UNKNOWN}, {@code CLAIM_USED}, {@code CLAIM_EXPIRED};
   *     {@code NAME_INVALID} if no device can be called so; {@code CSR_INVALID}; {@code CONFLICT}
   *     if a device of that id with another key is enrolled and not revoked
   */
  public EnrolmentAnswer enrol(EnrolmentRequest request) {
    ClaimToken token = ClaimToken.parse(request.claim());
    String deviceId = requireDeviceId(request.deviceId());
    // Nobody makes the controller compute without a claim of its own.
    var _ = fleet.core().decide(tx -> claims.known(tx, token));
    CertificateRequest csr = CertificateRequest.parse(request.csr());
    Attempt attempt = new Attempt(token, deviceId, csr.keyDigest());
    // First a look, so that nobody makes the authority sign with a claim that is used up.
    String certificate =
        fleet
            .core()
            .decide(attempt::check)
            .orElseGet(
                () -> {
                  Issued issued = authority.issueDevice(csr, deviceId);
                  return fleet.core().decide(tx -> attempt.take(tx, issued));
                });
    return answer(deviceId, certificate);
  }

  private EnrolmentAnswer answer(String deviceId, String certificate) {
    return new EnrolmentAnswer(
        deviceId,
        certificate,
        authority.pem(),
        terms.assignmentKey(),
        terms.broker().toString(),
        terms.tenant());
  }

  /**
   * Enrols a device without a claim, for an operator who brings identity and device together before
   * it is shipped. Blocks; not to be called on the core thread.
   *
   * @throws FlotillaException {@code NAME_INVALID}; {@code CSR_INVALID}; {@code INPUT_INVALID} if
   *     the labels are none; {@code FORBIDDEN} if the caller may not make such devices; {@code
   *     CONFLICT} if a device of that id with another key is enrolled and not revoked
   */
  public EnrolmentAnswer provision(
      String id, String request, Map<String, String> labels, Reason reason) {
    String deviceId = requireDeviceId(id);
    CertificateRequest csr = CertificateRequest.parse(request);
    Issued issued = authority.issueDevice(csr, deviceId);
    return fleet
        .core()
        .decide(
            tx -> {
              DeviceScope scope = DeviceScope.of(Permission.DEVICE_WRITE);
              scope.requireNew(labels);
              Optional<DeviceRecord> known = fleet.devices().get(tx, deviceId);
              known.ifPresent(scope::require);
              known
                  .map(DeviceRecord::identity)
                  .ifPresent(present -> requireReplaceable(present, deviceId, csr.keyDigest()));
              admit(
                  tx,
                  new Newcomer(deviceId, csr.keyDigest(), labels),
                  issued,
                  reason.action(
                      "device.provision",
                      "device/" + deviceId,
                      Map.of("certificateSerial", issued.serial())));
              return answer(deviceId, issued.pem());
            });
  }

  /** A device that may be one of the fleet. */
  private record Newcomer(String id, String keyDigest, Map<String, String> labels) {}

  private void admit(Transaction tx, Newcomer newcomer, Issued issued, AuditAction action) {
    DeviceRecord.Identity identity =
        DeviceRecord.Identity.of(clock.millis(), issued.serial(), newcomer.keyDigest())
            .quarantined(quarantine(tx, newcomer.id()));
    DeviceRecord device =
        fleet
            .devices()
            .get(tx, newcomer.id())
            .map(known -> known.withIdentity(identity).withLabels(merged(known, newcomer)))
            .orElseGet(() -> DeviceRecord.enrolled(newcomer.id(), newcomer.labels(), identity));
    fleet.devices().put(tx, device);
    tx.audit(action);
    fleet
        .events()
        .append(
            tx,
            new FleetEvent(
                "io.flotilla.device.enrolled",
                "device/" + newcomer.id(),
                Map.of("certificateSerial", issued.serial(), "labels", device.labels())));
  }

  /** A new certificate is no way out of quarantine; a new life after revocation is. */
  private Optional<Long> quarantine(Transaction tx, String deviceId) {
    return fleet
        .devices()
        .get(tx, deviceId)
        .map(DeviceRecord::identity)
        .filter(present -> !present.revoked())
        .flatMap(DeviceRecord.Identity::quarantinedAtMs);
  }

  private static void requireReplaceable(
      DeviceRecord.Identity present, String deviceId, String keyDigest) {
    if (!present.revoked() && !present.keyDigest().equals(keyDigest)) {
      throw new FlotillaException(
          ErrorCode.CONFLICT,
          "a device %s with another key is enrolled: revoke it first, or choose another id"
              .formatted(deviceId));
    }
  }

  private static Map<String, String> merged(DeviceRecord known, Newcomer newcomer) {
    Map<String, String> labels = new TreeMap<>(known.labels());
    labels.putAll(newcomer.labels());
    return labels;
  }

  private static String requireDeviceId(String deviceId) {
    Topics.requireName("device id", deviceId);
    if (deviceId.equals(CertificateAuthority.CONTROLLER)) {
      throw new FlotillaException(
          ErrorCode.NAME_INVALID, "no device can be called \"controller\": choose another id");
    }
    return deviceId;
  }

  /** One device's attempt; its methods are decisions. */
  private final class Attempt {
    private final ClaimToken token;
    private final String deviceId;
    private final String keyDigest;

    Attempt(ClaimToken token, String deviceId, String keyDigest) {
      this.token = token;
      this.deviceId = deviceId;
      this.keyDigest = keyDigest;
    }

    /** The certificate that this very attempt was given before, or empty if it may have one. */
    Optional<String> check(Transaction tx) {
      ClaimRecord claim = claims.known(tx, token);
      Optional<DeviceRecord> device = fleet.devices().get(tx, deviceId);
      Optional<ClaimRecord.Use> same =
          claim.use().filter(use -> isMine(use, device.map(DeviceRecord::identity)));
      if (same.isPresent()) {
        return same.map(ClaimRecord.Use::certificate);
      }
      claims.requireUsable(claim);
      device
          .map(DeviceRecord::identity)
          .ifPresent(present -> requireReplaceable(present, deviceId, keyDigest));
      return Optional.empty();
    }

    String take(Transaction tx, Issued issued) {
      Optional<String> before = check(tx);
      if (before.isPresent()) {
        return before.get();
      }
      ClaimRecord claim = claims.known(tx, token);
      claims.use(
          tx, claim, new ClaimRecord.Use(deviceId, keyDigest, issued.pem(), issued.serial()));
      admit(
          tx,
          new Newcomer(deviceId, keyDigest, claim.labels()),
          issued,
          new AuditAction(
              "device/" + deviceId,
              "device.enrol",
              "device/" + deviceId,
              Map.of("claim", claim.id(), "certificateSerial", issued.serial())));
      return issued.pem();
    }

    private boolean isMine(ClaimRecord.Use use, Optional<DeviceRecord.Identity> present) {
      return use.deviceId().equals(deviceId)
          && use.keyDigest().equals(keyDigest)
          && present
              .filter(i -> !i.revoked() && i.certificateSerial().equals(use.serial()))
              .isPresent();
    }
  }
}
