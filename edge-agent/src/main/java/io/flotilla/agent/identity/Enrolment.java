package io.flotilla.agent.identity;

import io.flotilla.agent.identity.codec.EnrolmentCodec;
import io.flotilla.agent.store.AgentFiles;
import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorClass;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.signing.VerifyingKey;
import io.flotilla.protocol.topic.Topics;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.Properties;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Turns a claim into an identity. The key is made on the device and kept from the first attempt on,
 * so that an attempt cut short is repeated with the same key; the identity appears in its folder
 * whole or not at all.
 */
public final class Enrolment {
  private static final String PATH = "/api/v1/enrolments";
  private static final String PENDING_FOLDER = "identity.pending";
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);
  private static final int CREATED = 201;
  private static final int OK = 200;

  private Enrolment() {}

  /**
   * Enrols this device.
   *
   * @param controller base address of the controller's API, {@code https://host:port}
   * @param claim the one-time claim; it also names the only authority that is believed
   * @param deviceId the id this device shall have
   * @param agentFolder the agent's folder; made if it is not there
   * @return the identity, stored
   * @throws FlotillaException {@code CLAIM_UNKNOWN}, {@code CLAIM_USED}, {@code CLAIM_EXPIRED} or
   *     {@code CSR_INVALID} as the controller says; {@code CONTROLLER_UNTRUSTED} if it cannot show
   *     the claim's authority or grants something else than was asked; {@code
   *     CONTROLLER_UNREACHABLE}; {@code CONFLICT} if the folder holds an identity already; {@code
   *     NAME_INVALID}, {@code INPUT_INVALID}, {@code DISK_FULL}, {@code STORAGE_FAILED}
   */
  public static Identity enrol(URI controller, Claim claim, String deviceId, Path agentFolder) {
    Topics.requireName("device id", deviceId);
    if (!"https".equals(controller.getScheme()) || controller.getHost() == null) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "the controller's address must read https://host:port");
    }
    if (Identity.exists(agentFolder)) {
      throw new FlotillaException(
          ErrorCode.CONFLICT,
          "%s holds the identity of %s already; remove it to enrol again"
              .formatted(agentFolder, Identity.load(agentFolder).deviceId()));
    }
    Path pending = agentFolder.resolve(PENDING_FOLDER);
    AgentFiles.makeFolder(pending);
    DeviceKey key = pendingKey(pending.resolve(Identity.KEY_FILE));
    byte[] answer =
        ask(
            controller,
            claim,
            new EnrolmentCodec.Request(claim.text(), deviceId, key.certificateRequest(deviceId)));
    EnrolmentCodec.Grant grant = EnrolmentCodec.decodeGrant(answer);
    requireAsAsked(grant, claim, deviceId, key);
    store(grant, pending);
    AgentFiles.moveIntoPlace(pending, agentFolder.resolve(Identity.FOLDER));
    return Identity.load(agentFolder);
  }

  private static DeviceKey pendingKey(Path file) {
    if (Files.exists(file)) {
      return DeviceKey.load(file);
    }
    DeviceKey key = DeviceKey.generate();
    key.save(file);
    return key;
  }

  private static byte[] ask(URI controller, Claim claim, EnrolmentCodec.Request request) {
    HttpRequest http =
        HttpRequest.newBuilder(controller.resolve(PATH))
            .timeout(ANSWER_LIMIT)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(EnrolmentCodec.encode(request)))
            .build();
    try (HttpClient client =
        HttpClient.newBuilder()
            .sslContext(DeviceTls.pinned(claim.authority()))
            .connectTimeout(CONNECT_LIMIT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build()) {
      HttpResponse<byte[]> response = client.send(http, HttpResponse.BodyHandlers.ofByteArray());
      if (response.statusCode() == CREATED || response.statusCode() == OK) {
        return response.body();
      }
      throw refusal(claim, response);
    } catch (SSLException e) {
      throw untrusted(claim, "it cannot show the authority that the claim names", e);
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.CONTROLLER_UNREACHABLE,
          "no answer from %s; check the address and that the controller runs".formatted(controller),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FlotillaException(
          ErrorCode.CONTROLLER_UNREACHABLE, "interrupted while asking " + controller, e);
    }
  }

  private static FlotillaException refusal(Claim claim, HttpResponse<byte[]> response) {
    ErrorCode code =
        EnrolmentCodec.problemCode(response.body())
            .filter(known -> known.errorClass() != ErrorClass.BUNDLE)
            .orElse(ErrorCode.CONTROLLER_UNREACHABLE);
    return new FlotillaException(
        code,
        "the controller refused %s with status %d: %s"
            .formatted(claim, response.statusCode(), code.meaning()));
  }

  /** A grant is believed only as far as it fits the claim and the key. */
  private static void requireAsAsked(
      EnrolmentCodec.Grant grant, Claim claim, String deviceId, DeviceKey key) {
    try {
      X509Certificate authority = DeviceTls.parse(grant.ca()).getFirst();
      X509Certificate certificate = DeviceTls.parse(grant.certificate()).getFirst();
      if (!Digest.of(authority.getEncoded()).equals(claim.authority())) {
        throw untrusted(claim, "it granted a certificate of another authority", null);
      }
      certificate.verify(authority.getPublicKey());
      if (!grant.deviceId().equals(deviceId)
          || !Arrays.equals(certificate.getPublicKey().getEncoded(), key.publicInfo())) {
        throw untrusted(claim, "it granted another device's identity", null);
      }
      VerifyingKey.parsePem(grant.assignmentKey());
    } catch (GeneralSecurityException e) {
      throw untrusted(claim, "it granted something that is no certificate of its own", e);
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

  private static FlotillaException untrusted(Claim claim, String why, @Nullable Throwable cause) {
    String message = "the controller is not the one of %s: %s".formatted(claim, why);
    return cause == null
        ? new FlotillaException(ErrorCode.CONTROLLER_UNTRUSTED, message)
        : new FlotillaException(ErrorCode.CONTROLLER_UNTRUSTED, message, cause);
  }
}
