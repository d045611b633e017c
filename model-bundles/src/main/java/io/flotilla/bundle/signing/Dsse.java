package io.flotilla.bundle.signing;

import io.flotilla.bundle.codec.EnvelopeCodec;
import io.flotilla.bundle.envelope.Envelope;
import io.flotilla.bundle.envelope.EnvelopeSignature;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * DSSE: Dead Simple Signing Envelope 1.0. The exact payload bytes are signed together with their
 * type, and nothing of a payload is parsed before its signature holds.
 */
public final class Dsse {
  private Dsse() {}

  /**
   * Pre-authentication encoding, the bytes that are really signed: {@code "DSSEv1" SP len(type) SP
   * type SP len(body) SP body}, lengths in bytes as decimal numbers.
   */
  public static byte[] pae(String type, byte[] body) {
    byte[] typeBytes = type.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(ascii("DSSEv1 " + typeBytes.length + " "));
    out.writeBytes(typeBytes);
    out.writeBytes(ascii(" " + body.length + " "));
    out.writeBytes(body);
    return out.toByteArray();
  }

  /** Signs a payload; the result is a JSON envelope in UTF-8, the same for the same arguments. */
  public static byte[] sign(String type, byte[] payload, SigningKey key) {
    return EnvelopeCodec.encode(
        new Envelope(
            type,
            payload,
            List.of(
                new EnvelopeSignature(key.verifyingKey().keyId(), key.sign(pae(type, payload))))));
  }

  /**
   * The payload type that an envelope says it has, which nobody has vouched for yet: to choose what
   * {@link #verify} is to expect; empty if this is no envelope.
   */
  public static Optional<String> claimedType(byte[] envelopeJson) {
    try {
      return Optional.of(EnvelopeCodec.decode(envelopeJson).payloadType());
    } catch (FlotillaException e) {
      return Optional.empty();
    }
  }

  /**
   * Verifies an envelope.
   *
   * @param envelopeJson the envelope
   * @param expectedType what its payload must be
   * @param keys any of which may have signed it; the hints within the envelope are ignored
   * @return the payload
   * @throws FlotillaException {@code SIGNATURE_INVALID} if the envelope cannot be read, has another
   *     type, or no signature by one of the keys
   */
  public static byte[] verify(
      byte[] envelopeJson, String expectedType, Collection<VerifyingKey> keys) {
    Envelope envelope = EnvelopeCodec.decode(envelopeJson);
    requireType(envelope, expectedType);
    byte[] signed = pae(expectedType, envelope.payload());
    for (EnvelopeSignature signature : envelope.signatures()) {
      if (keys.stream().anyMatch(key -> key.verifies(signed, signature.sig()))) {
        return envelope.payload();
      }
    }
    throw new FlotillaException(
        ErrorCode.SIGNATURE_INVALID, "no signature of the envelope is by a trusted key");
  }

  static void requireType(Envelope envelope, String expectedType) {
    if (!envelope.payloadType().equals(expectedType)) {
      throw new FlotillaException(
          ErrorCode.SIGNATURE_INVALID, "the signed payload is not of type " + expectedType);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
