package io.flotilla.agent.identity;

import io.flotilla.agent.identity.codec.EnrolmentCodec;
import io.flotilla.agent.store.AgentFiles;
import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.signing.VerifyingKey;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * An identity in the making: the key is there, the certificate is to come. Whoever begins again in
 * the same folder goes on with the same key.
 */
public final class PendingIdentity {
  private static final String PENDING_FOLDER = "identity.pending";

  private final Path agentFolder;
  private final String deviceId;
  private final DeviceKey key;

  private PendingIdentity(Path agentFolder, String deviceId, DeviceKey key) {
    this.agentFolder = agentFolder;
    this.deviceId = deviceId;
    this.key = key;
  }

  /**
   * Begins, or goes on.
   *
   * @param agentFolder the agent's folder; made if it is not there
   * @param deviceId the id this device shall have
   * @throws FlotillaException {@code CONFLICT} if the folder holds an identity; {@code
   *     CONFIGURATION_INVALID} if its key can be read by others; {@code DISK_FULL}, {@code
   *     STORAGE_FAILED}
   */
  public static PendingIdentity open(Path agentFolder, String deviceId) {
    if (Identity.exists(agentFolder)) {
      throw new FlotillaException(
          ErrorCode.CONFLICT,
          "%s holds the identity of %s already; remove it to enrol again"
              .formatted(agentFolder, Identity.load(agentFolder).deviceId()));
    }
    Path pending = agentFolder.resolve(PENDING_FOLDER);
    AgentFiles.makeFolder(pending);
    Path file = pending.resolve(Identity.KEY_FILE);
    if (Files.exists(file)) {
      return new PendingIdentity(agentFolder, deviceId, DeviceKey.load(file));
    }
    DeviceKey key = DeviceKey.generate();
    key.save(file);
    return new PendingIdentity(agentFolder, deviceId, key);
  }

  /** What to ask the authority to certify; PKCS #10 (RFC 2986), PEM. */
  public String certificateRequest() {
    return key.certificateRequest(deviceId);
  }

  /**
   * Stores what the controller granted, if it is what was asked for.
   *
   * @param grant the controller's answer, JSON
   * @param authority SHA-256 of the certificate of the only authority that is believed, DER
   * @param origin how that is known, for messages
   * @throws FlotillaException {@code CONTROLLER_UNTRUSTED} if it is of another authority, or for
   *     another device; {@code INPUT_INVALID}; {@code DISK_FULL}, {@code STORAGE_FAILED}
   */
  public Identity complete(byte[] grant, Digest authority, String origin) {
    EnrolmentCodec.Grant granted = EnrolmentCodec.decodeGrant(grant);
    requireAsAsked(granted, authority, origin);
    Path pending = agentFolder.resolve(PENDING_FOLDER);
    store(granted, pending);
    AgentFiles.moveIntoPlace(pending, agentFolder.resolve(Identity.FOLDER));
    return Identity.load(agentFolder);
  }

  private void requireAsAsked(EnrolmentCodec.Grant grant, Digest expected, String origin) {
    try {
      X509Certificate authority = DeviceTls.parse(grant.ca()).getFirst();
      X509Certificate certificate = DeviceTls.parse(grant.certificate()).getFirst();
      if (!Digest.of(authority.getEncoded()).equals(expected)) {
        throw untrusted(origin, "it granted a certificate of another authority", null);
      }
      certificate.verify(authority.getPublicKey());
      if (!grant.deviceId().equals(deviceId)
          || !Arrays.equals(certificate.getPublicKey().getEncoded(), key.publicInfo())) {
        throw untrusted(origin, "it granted another device's identity", null);
      }
      VerifyingKey.parsePem(grant.assignmentKey());
    } catch (GeneralSecurityException e) {
      throw untrusted(origin, "it granted something that is no certificate of its own", e);
    }
  }

  private static void store(EnrolmentCodec.Grant grant, Path folder) {
    write(folder, Identity.CERTIFICATE_FILE, grant.certificate());
    write(folder, Identity.AUTHORITY_FILE, grant.ca());
    write(folder, Identity.ASSIGNMENT_KEY_FILE, grant.assignmentKey());
    Properties facts = new Properties();
    facts.setProperty("deviceId", grant.deviceId());
    facts.setProperty("tenant", grant.tenant());
    facts.setProperty("broker", grant.broker());
    StringWriter text = new StringWriter();
    try {
      facts.store(text, null);
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory cannot fail", e);
    }
    write(folder, Identity.FACTS_FILE, text.toString());
  }

  private static void write(Path folder, String name, String text) {
    AgentFiles.write(folder.resolve(name), text.getBytes(StandardCharsets.UTF_8));
  }

  static FlotillaException untrusted(String origin, String why, @Nullable Throwable cause) {
    String message = "the controller is not the one of %s: %s".formatted(origin, why);
    return cause == null
        ? new FlotillaException(ErrorCode.CONTROLLER_UNTRUSTED, message)
        : new FlotillaException(ErrorCode.CONTROLLER_UNTRUSTED, message, cause);
  }
}
