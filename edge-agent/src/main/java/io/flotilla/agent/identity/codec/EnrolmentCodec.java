package io.flotilla.agent.identity.codec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/** The JSON of the enrolment call. Unknown members are ignored; missing ones are refused. */
public final class EnrolmentCodec {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .build();

  private EnrolmentCodec() {}

  /**
   * What a device asks.
   *
   * @param claim the claim's text, secret included
   * @param deviceId the id it wants
   * @param csr certificate signing request, PEM
   */
  public record Request(String claim, String deviceId, String csr) {}

  /**
   * What the controller grants.
   *
   * @param deviceId the id granted
   * @param certificate the device's certificate, PEM
   * @param ca the authority's certificate, PEM
   * @param assignmentKey the key that signs assignments, PEM
   * @param broker where to connect, {@code mqtts://host:port}
   * @param tenant the tenant the device belongs to
   */
  public record Grant(
      String deviceId,
      String certificate,
      String ca,
      String assignmentKey,
      String broker,
      String tenant) {}

  /** JSON of a request. */
  public static byte[] encode(Request request) {
    try {
      return MAPPER.writeValueAsBytes(request);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("three strings must be encodable", e);
    }
  }

  /**
   * Reads a grant.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if the body is something else
   */
  public static Grant decodeGrant(byte[] body) {
    try {
      return MAPPER.readValue(body, Grant.class);
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "the controller's answer is not an enrolment", e);
    }
  }

  /** The error code in a problem document (RFC 9457), if the body is one with a known code. */
  public static Optional<ErrorCode> problemCode(byte[] body) {
    try {
      String code = MAPPER.readTree(body).path("code").asText();
      return Arrays.stream(ErrorCode.values()).filter(c -> c.name().equals(code)).findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
