package io.flotilla.agent.identity;

import io.flotilla.agent.store.AgentFiles;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.StorageFailures;
import io.flotilla.protocol.topic.Topics;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Properties;
import javax.net.ssl.SSLContext;

/**
 * Who this device is, as enrolment left it on disk.
 *
 * @param deviceId the id that its certificate carries
 * @param tenant the tenant it belongs to
 * @param broker where to connect, {@code mqtts://host:port}
 * @param assignmentKey public key that assignments must be signed with, PEM
 * @param files the folder with key and certificates
 */
public record Identity(
    String deviceId, String tenant, URI broker, String assignmentKey, Path files) {
  /** Name of the identity's folder in the agent's folder. */
  static final String FOLDER = "identity";

  static final String KEY_FILE = "device-key.pem";
  static final String CERTIFICATE_FILE = "device.pem";
  static final String AUTHORITY_FILE = "ca.pem";
  static final String ASSIGNMENT_KEY_FILE = "assignment-key.pem";
  static final String FACTS_FILE = "identity.properties";

  /**
   * Checks the names.
   *
   * @throws FlotillaException {@code NAME_INVALID}
   */
  public Identity {
    Topics.requireName("device id", deviceId);
    Topics.requireName("tenant", tenant);
  }

  /** Whether a device enrolled into this agent folder. */
  public static boolean exists(Path agentFolder) {
    return Files.isRegularFile(agentFolder.resolve(FOLDER).resolve(FACTS_FILE));
  }

  /**
   * Reads the identity in an agent's folder.
   *
   * @throws FlotillaException {@code FILE_MISSING} if no device enrolled into it; {@code
   *     CONFIGURATION_INVALID} if it cannot be read as one; {@code STORAGE_FAILED}
   */
  public static Identity load(Path agentFolder) {
    Path folder = agentFolder.resolve(FOLDER);
    if (!exists(agentFolder)) {
      throw new FlotillaException(
          ErrorCode.FILE_MISSING, "no identity in %s; enrol with a claim first".formatted(folder));
    }
    Properties facts = new Properties();
    try {
      facts.load(new StringReader(Files.readString(folder.resolve(FACTS_FILE))));
      return new Identity(
          fact(facts, "deviceId", folder),
          fact(facts, "tenant", folder),
          URI.create(fact(facts, "broker", folder)),
          Files.readString(folder.resolve(ASSIGNMENT_KEY_FILE)),
          folder);
    } catch (IOException e) {
      throw StorageFailures.of("read " + folder, e);
    } catch (IllegalArgumentException e) {
      throw new FlotillaException(
          ErrorCode.CONFIGURATION_INVALID, "the identity in %s is damaged".formatted(folder), e);
    }
  }

  /** The same device at another broker. */
  public Identity withBroker(URI other) {
    return new Identity(deviceId, tenant, other, assignmentKey, files);
  }

  /**
   * TLS 1.2 with this device's key and certificate, trusting its controller's authority only.
   *
   * @throws FlotillaException {@code CONFIGURATION_INVALID} if a file is missing or damaged, or the
   *     key can be read by others
   */
  public SSLContext tls() {
    return DeviceTls.mutual(
        files.resolve(KEY_FILE), files.resolve(CERTIFICATE_FILE), files.resolve(AUTHORITY_FILE));
  }

  /**
   * Whether two thirds of the certificate's life are over at this time.
   *
   * @throws FlotillaException {@code CONFIGURATION_INVALID} if it is missing or damaged
   */
  public boolean renewalDue(Instant now) {
    X509Certificate present = present();
    Instant from = present.getNotBefore().toInstant();
    Instant until = present.getNotAfter().toInstant();
    return now.isAfter(until.minus(Duration.between(from, until).dividedBy(3)));
  }

  /**
   * A request for a new certificate for the present key; PKCS #10, PEM.
   *
   * @throws FlotillaException {@code CONFIGURATION_INVALID} if the key is missing or damaged
   */
  public String certificateRequest() {
    return DeviceKey.load(files.resolve(KEY_FILE)).certificateRequest(deviceId);
  }

  /**
   * Stores a new certificate in place of the present one; connections made from now on use it.
   *
   * @return false if it is the present one, or expires no later
   * @throws FlotillaException {@code CONTROLLER_UNTRUSTED} if it is not of this device's authority,
   *     key and name; {@code DISK_FULL}, {@code STORAGE_FAILED}
   */
  public boolean renew(String pem) {
    X509Certificate present = present();
    try {
      X509Certificate authority =
          DeviceTls.parse(Files.readString(files.resolve(AUTHORITY_FILE))).getFirst();
      X509Certificate next = DeviceTls.parse(pem).getFirst();
      next.verify(authority.getPublicKey());
      if (!next.getPublicKey().equals(present.getPublicKey())
          || !next.getSubjectX500Principal().equals(present.getSubjectX500Principal())) {
        throw new CertificateException("it is for another device");
      }
      if (!next.getNotAfter().toInstant().isAfter(present.getNotAfter().toInstant())) {
        return false;
      }
    } catch (GeneralSecurityException e) {
      throw new FlotillaException(
          ErrorCode.CONTROLLER_UNTRUSTED, "a new certificate is not one for this device", e);
    } catch (IOException e) {
      throw StorageFailures.of("read " + files, e);
    }
    AgentFiles.write(files.resolve(CERTIFICATE_FILE), pem.getBytes(StandardCharsets.US_ASCII));
    return true;
  }

  private X509Certificate present() {
    Path file = files.resolve(CERTIFICATE_FILE);
    try {
      return DeviceTls.parse(Files.readString(file)).getFirst();
    } catch (IOException | GeneralSecurityException e) {
      throw new FlotillaException(
          ErrorCode.CONFIGURATION_INVALID,
          "%s is missing or damaged; enrol again".formatted(file),
          e);
    }
  }

  private static String fact(Properties facts, String name, Path folder) {
    String value = facts.getProperty(name);
    if (value == null) {
      throw new FlotillaException(
          ErrorCode.CONFIGURATION_INVALID, "the identity in %s lacks %s".formatted(folder, name));
    }
    return value;
  }
}
