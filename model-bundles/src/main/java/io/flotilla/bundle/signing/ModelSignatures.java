package io.flotilla.bundle.signing;

import io.flotilla.bundle.codec.ModelSignatureCodec;
import io.flotilla.bundle.envelope.EnvelopeSignature;
import io.flotilla.bundle.envelope.ModelSignature;
import io.flotilla.bundle.envelope.Statement;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;

/**
 * The rules of OpenSSF Model Signing 1.0, key method, without disk or trust policy. The numbers in
 * comments are the steps of {@link #verify}.
 */
final class ModelSignatures {
  private ModelSignatures() {}

  /**
   * A statement that a key has signed.
   *
   * @param statement what is stated
   * @param key who states it
   */
  record Signed(Statement statement, VerifyingKey key) {}

  /**
   * Verifies a signature.
   *
   * @param json the signature file
   * @param trusted the keys that may have made it
   * @throws FlotillaException {@code PUBLISHER_UNKNOWN} if it is well-formed but by none of the
   *     keys; {@code SIGNATURE_INVALID} if it claims one of them and does not hold, or is malformed
   */
  static Signed verify(byte[] json, Collection<VerifyingKey> trusted) {
    // 1. Read the outer form, of which nothing is believed.
    ModelSignature signature = ModelSignatureCodec.decode(json);
    Dsse.requireType(signature.envelope(), ModelSignatureCodec.PAYLOAD_TYPE);
    Optional<String> claimed = claimedKeyId(signature);
    byte[] sig = onlySignature(signature, claimed);
    // 2. Find the key, and verify the exact payload bytes.
    byte[] signed = Dsse.pae(ModelSignatureCodec.PAYLOAD_TYPE, signature.envelope().payload());
    VerifyingKey key = signerOf(signed, sig, claimed, trusted);
    // 3. Only now read the payload.
    return new Signed(ModelSignatureCodec.decodeStatement(signature.envelope().payload()), key);
  }

  /**
   * Compares what was signed with what is there.
   *
   * @throws FlotillaException {@code BUNDLE_DIGEST_MISMATCH} naming the first file that was
   *     changed, is missing, or was never signed
   */
  static void requireSame(Statement signed, Collection<Statement.Resource> actual) {
    Map<String, Statement.Resource> there = new HashMap<>();
    actual.forEach(resource -> there.put(resource.name(), resource));
    for (Statement.Resource expected : signed.resources()) {
      Statement.Resource found = there.remove(expected.name());
      if (found == null) {
        throw mismatch("%s was signed but is missing".formatted(Printable.of(expected.name())));
      }
      if (!found.digest().equals(expected.digest())) {
        throw mismatch(
            "%s is not what was signed: its digest is %s instead of %s"
                .formatted(
                    Printable.of(expected.name()),
                    found.digest().abbreviated(),
                    expected.digest().abbreviated()));
      }
    }
    Iterator<String> unsigned = there.keySet().stream().sorted().iterator();
    if (unsigned.hasNext()) {
      throw mismatch("%s was never signed".formatted(unsigned.next()));
    }
  }

  /** The id of the key that a signature says to be by. */
  static Optional<String> claimedKeyId(ModelSignature signature) {
    Optional<String> ofKey = signature.keyPem().map(pem -> claimedKey(pem).keyId());
    if (ofKey.isPresent()
        && signature.keyHint().isPresent()
        && !ofKey.equals(signature.keyHint())) {
      throw invalid("the signature names two different keys");
    }
    return ofKey.isPresent() ? ofKey : signature.keyHint();
  }

  private static VerifyingKey claimedKey(String pem) {
    try {
      return VerifyingKey.parsePem(pem);
    } catch (FlotillaException e) {
      throw new FlotillaException(
          ErrorCode.SIGNATURE_INVALID, "the signature holds a key that is none", e);
    }
  }

  private static byte[] onlySignature(ModelSignature signature, Optional<String> claimed) {
    if (signature.envelope().signatures().size() != 1) {
      throw invalid("the envelope does not hold exactly one signature");
    }
    EnvelopeSignature only = signature.envelope().signatures().getFirst();
    if (!only.keyId().isEmpty() && !claimed.equals(Optional.of(only.keyId()))) {
      throw invalid("the signature names two different keys");
    }
    return only.sig();
  }

  private static VerifyingKey signerOf(
      byte[] signed, byte[] sig, Optional<String> claimed, Collection<VerifyingKey> trusted) {
    Optional<VerifyingKey> signer =
        trusted.stream().filter(key -> key.verifies(signed, sig)).findFirst();
    boolean claimsTrusted =
        trusted.stream().anyMatch(key -> claimed.equals(Optional.of(key.keyId())));
    if (signer.isEmpty() && !claimsTrusted) {
      throw new FlotillaException(
          ErrorCode.PUBLISHER_UNKNOWN,
          "the bundle is signed by key %s, which the trust policy does not name"
              .formatted(claimed.map(ModelSignatures::abbreviated).orElse("without a name")));
    }
    if (signer.isEmpty()) {
      throw invalid("the bundle's signature does not hold");
    }
    if (claimed.isPresent() && !claimed.get().equals(signer.get().keyId())) {
      throw invalid("the signature names another key than the one that made it");
    }
    return signer.get();
  }

  private static String abbreviated(String keyId) {
    return Printable.of(keyId.length() <= 12 ? keyId : keyId.substring(0, 12));
  }

  private static FlotillaException mismatch(String sentence) {
    return new FlotillaException(ErrorCode.BUNDLE_DIGEST_MISMATCH, sentence);
  }

  private static FlotillaException invalid(String sentence) {
    return new FlotillaException(ErrorCode.SIGNATURE_INVALID, sentence);
  }
}
