package io.flotilla.controller.device;

import io.flotilla.protocol.message.HardwareFacts;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.protocol.topic.Topics;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the controller knows of one device.
 *
 * @param id its id; also the common name of its certificate and its MQTT client id
 * @param labels what operators select by
 * @param identity how it proves who it is
 * @param presence whether it is there
 * @param hardware what it said it is made of; empty until its first hello
 * @param desired what it shall run; empty until a rollout reaches it
 * @param running what it says it runs
 * @param drifting whether its inputs are flagged as drifted
 */
public record DeviceRecord(
    String id,
    Map<String, String> labels,
    Identity identity,
    Presence presence,
    Optional<HardwareFacts> hardware,
    Optional<Desired> desired,
    Optional<VersionRef> running,
    boolean drifting) {
  /** Checks the id and the labels. */
  public DeviceRecord {
    Topics.requireName("device id", id);
    labels = Collections.unmodifiableMap(new TreeMap<>(Labels.require(labels)));
  }

  /** A device that was just enrolled and has not said anything yet. */
  public static DeviceRecord enrolled(String id, Map<String, String> labels, Identity identity) {
    return new DeviceRecord(
        id,
        labels,
        identity,
        new Presence(false, 0, Optional.empty()),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false);
  }

  /** Whether it is connected, as far as its last word or will says. */
  public boolean online() {
    return presence.online();
  }

  /** Unix time in milliseconds of its last message; 0 before the first. */
  public long lastSeenMs() {
    return presence.lastSeenMs();
  }

  /** Unix time in milliseconds of its last enrolment. */
  public long enrolledAtMs() {
    return identity.enrolledAtMs();
  }

  /** The same with other labels. */
  public DeviceRecord withLabels(Map<String, String> value) {
    return new DeviceRecord(id, value, identity, presence, hardware, desired, running, drifting);
  }

  /** The same with another identity. */
  public DeviceRecord withIdentity(Identity value) {
    return new DeviceRecord(id, labels, value, presence, hardware, desired, running, drifting);
  }

  /** The same with another presence. */
  public DeviceRecord withPresence(Presence value) {
    return new DeviceRecord(id, labels, identity, value, hardware, desired, running, drifting);
  }

  /** The same, not connected: what it says from now on is not listened to. */
  DeviceRecord shutOut() {
    return withPresence(new Presence(false, presence.lastSeenMs(), presence.bootId()));
  }

  /** The same with these hardware facts. */
  public DeviceRecord withHardware(HardwareFacts value) {
    return new DeviceRecord(
        id, labels, identity, presence, Optional.of(value), desired, running, drifting);
  }

  /** The same with another desired state. */
  public DeviceRecord withDesired(Optional<Desired> value) {
    return new DeviceRecord(id, labels, identity, presence, hardware, value, running, drifting);
  }

  /** The same with another running version. */
  public DeviceRecord withRunning(Optional<VersionRef> value) {
    return new DeviceRecord(id, labels, identity, presence, hardware, desired, value, drifting);
  }

  /** The same with the drift flag set or cleared. */
  public DeviceRecord withDrifting(boolean value) {
    return new DeviceRecord(id, labels, identity, presence, hardware, desired, running, value);
  }

  /**
   * How a device proves who it is.
   *
   * @param enrolledAtMs Unix time in milliseconds
   * @param certificateSerial serial number of its current certificate, in hexadecimal
   * @param keyDigest SHA-256 of its public key (SubjectPublicKeyInfo), in hexadecimal
   * @param revoked whether it is shut out for good
   * @param quarantinedAtMs since when it is shut out until it is released, Unix time in
   *     milliseconds; empty if it is not
   * @param previousSerial serial number of the certificate before, while it is still good: until
   *     the device has connected with the current one
   * @param decommissionedAtMs since when it is no part of the fleet any more, Unix time in
   *     milliseconds; empty if it is
   */
  public record Identity(
      long enrolledAtMs,
      String certificateSerial,
      String keyDigest,
      boolean revoked,
      Optional<Long> quarantinedAtMs,
      Optional<String> previousSerial,
      Optional<Long> decommissionedAtMs) {
    /** Of a device that was just enrolled. */
    public static Identity of(long enrolledAtMs, String certificateSerial, String keyDigest) {
      return new Identity(
          enrolledAtMs,
          certificateSerial,
          keyDigest,
          false,
          Optional.empty(),
          Optional.empty(),
          Optional.empty());
    }

    /** Whether it may connect, and rollouts count on it. */
    public boolean admitted() {
      return !revoked && quarantinedAtMs.isEmpty();
    }

    /** Whether a certificate of this serial number is good for it. */
    public boolean has(String serial) {
      return certificateSerial.equals(serial) || previousSerial.equals(Optional.of(serial));
    }

    /** The same, shut out for good. */
    public Identity revokedNow() {
      return with(certificateSerial, true, quarantinedAtMs, Optional.empty());
    }

    /** The same, shut out since this time, or not any more. */
    public Identity quarantined(Optional<Long> sinceMs) {
      return with(certificateSerial, revoked, sinceMs, previousSerial);
    }

    /** The same with a new certificate, beside which the present one stays good for now. */
    public Identity renewed(String serial) {
      return with(serial, revoked, quarantinedAtMs, Optional.of(certificateSerial));
    }

    /** The same with its current certificate only. */
    public Identity confirmed() {
      return with(certificateSerial, revoked, quarantinedAtMs, Optional.empty());
    }

    /** The same, shut out for good and no part of the fleet any more. */
    public Identity decommissioned(long atMs) {
      return new Identity(
          enrolledAtMs,
          certificateSerial,
          keyDigest,
          true,
          quarantinedAtMs,
          Optional.empty(),
          Optional.of(atMs));
    }

    private Identity with(
        String serial, boolean shut, Optional<Long> quarantined, Optional<String> previous) {
      return new Identity(
          enrolledAtMs, serial, keyDigest, shut, quarantined, previous, decommissionedAtMs);
    }
  }

  /**
   * Whether a device is there.
   *
   * @param online its last word or will
   * @param lastSeenMs Unix time in milliseconds of its last message; 0 before the first
   * @param bootId process life that said so last
   */
  public record Presence(boolean online, long lastSeenMs, Optional<String> bootId) {}

  /**
   * What a device shall run.
   *
   * @param target the version
   * @param assignment number of the assignment that says so, from 1
   */
  public record Desired(VersionRef target, long assignment) {}
}
