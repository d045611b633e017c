package io.flotilla.bundle.signing;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;

/** An ECDSA public key on P-256, P-384 or P-521. Immutable; equal by key. */
public final class VerifyingKey {
  private final ECPublicKey key;
  private final Curve curve;
  private final String pem;
  private final String keyId;

  private VerifyingKey(ECPublicKey key, Curve curve) {
    this.key = key;
    this.curve = curve;
    this.pem = Pem.encode(Pem.PUBLIC_KEY, key.getEncoded());
    this.keyId = Digest.of(pem.getBytes(StandardCharsets.US_ASCII)).hex();
  }

  /**
   * Reads a public key.
   *
   * @param pem a PEM block {@code PUBLIC KEY} (SubjectPublicKeyInfo); text around it is ignored
   * @throws FlotillaException {@code INPUT_INVALID} if it is no such key, or its point does not lie
   *     on one of the three curves
   */
  public static VerifyingKey parsePem(String pem) {
    byte[] der = Pem.decode(Pem.PUBLIC_KEY, pem);
    try {
      if (KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(der))
          instanceof ECPublicKey key) {
        VerifyingKey parsed = of(key);
        if (Arrays.equals(key.getEncoded(), der)) {
          return parsed;
        }
      }
    } catch (GeneralSecurityException e) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "the public key is no ECDSA key that can be read", e);
    }
    throw new FlotillaException(
        ErrorCode.INPUT_INVALID, "the public key is not in its distinguished encoding");
  }

  static VerifyingKey of(ECPublicKey key) {
    Curve curve =
        Curve.of(key.getParams())
            .filter(possible -> possible.holds(key.getW()))
            .orElseThrow(
                () ->
                    new FlotillaException(
                        ErrorCode.INPUT_INVALID, "the key is not on P-256, P-384 or P-521"));
    return new VerifyingKey(key, curve);
  }

  /** The key as PEM, in the form that its id is computed from. */
  public String pem() {
    return pem;
  }

  /** SHA-256 of {@link #pem()}, 64 hexadecimal digits: the hint of model signatures. */
  public String keyId() {
    return keyId;
  }

  /** Whether these are the bytes of a valid signature, in strict DER, over the message. */
  boolean verifies(byte[] message, byte[] signature) {
    if (EcdsaDer.decode(signature, curve.order()).isEmpty()) {
      return false;
    }
    try {
      Signature verifier = Signature.getInstance(curve.signature());
      verifier.initVerify(key);
      verifier.update(message);
      return verifier.verify(signature);
    } catch (SignatureException e) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java platform lacks " + curve.signature(), e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof VerifyingKey that && pem.equals(that.pem);
  }

  @Override
  public int hashCode() {
    return pem.hashCode();
  }

  /** The beginning of its id, for people. */
  @Override
  public String toString() {
    return "key " + keyId.substring(0, 12);
  }
}
