package io.flotilla.agent.identity;

import io.flotilla.agent.identity.codec.EnrolmentCodec;
import io.flotilla.bundle.failure.ErrorClass;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.protocol.topic.Topics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLException;

/**
 * Turns a claim into an identity. The key is made on the device and kept from the first attempt on,
 * so that an attempt cut short is repeated with the same key; the identity appears in its folder
 * whole or not at all.
 */
public final class Enrolment {
  private static final String PATH = "/api/v1/enrolments";
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
    PendingIdentity pending = PendingIdentity.open(agentFolder, deviceId);
    byte[] answer =
        ask(
            controller,
            claim,
            new EnrolmentCodec.Request(claim.text(), deviceId, pending.certificateRequest()));
    return pending.complete(answer, claim.authority(), claim.toString());
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
      throw PendingIdentity.untrusted(
          claim.toString(), "it cannot show the authority that the claim names", e);
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
}
