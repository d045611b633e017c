package io.flotilla.controller.identity;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.jspecify.annotations.Nullable;

/**
 * A certificate signing request (PKCS #10) whose sender has shown that it holds the key. Only the
 * key is taken from it: subject and extensions are the authority's business.
 *
 * @param key the public key, on P-256 or P-384
 */
record CertificateRequest(SubjectPublicKeyInfo key) {
  /** Most characters of a request. */
  static final int MAX_CHARS = 8192;

  private static final Set<ASN1ObjectIdentifier> CURVES =
      Set.of(SECObjectIdentifiers.secp256r1, SECObjectIdentifiers.secp384r1);
  private static final Pattern FORM =
      Pattern.compile(
          "\\s*-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([A-Za-z0-9+/=\\s]+)"
              + "-----END (?:NEW )?CERTIFICATE REQUEST-----\\s*");

  /**
   * Reads the PEM form.
   *
   * @throws FlotillaException {@code CSR_INVALID} if it is malformed, too long, about another kind
   *     of key, or not signed by its own key
   */
  static CertificateRequest parse(String pem) {
    Matcher form = FORM.matcher(pem);
    if (pem.length() > MAX_CHARS || !form.matches()) {
      throw invalid("the certificate signing request is not PEM of at most 8192 characters", null);
    }
    try {
      byte[] der =
          Base64.getMimeDecoder().decode(form.group(1).getBytes(StandardCharsets.US_ASCII));
      PKCS10CertificationRequest request = new PKCS10CertificationRequest(der);
      SubjectPublicKeyInfo key = request.getSubjectPublicKeyInfo();
      requireCurve(key);
      if (!request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))) {
        throw invalid("the certificate signing request is not signed by its own key", null);
      }
      return new CertificateRequest(key);
    } catch (IOException | IllegalArgumentException | OperatorCreationException | PKCSException e) {
      throw invalid("the certificate signing request cannot be read", e);
    }
  }

  private static void requireCurve(SubjectPublicKeyInfo key) {
    boolean known =
        X9ObjectIdentifiers.id_ecPublicKey.equals(key.getAlgorithm().getAlgorithm())
            && key.getAlgorithm().getParameters() instanceof ASN1ObjectIdentifier curve
            && CURVES.contains(curve);
    if (!known) {
      throw invalid("a device's key must be on the curve P-256 or P-384", null);
    }
  }

  /** SHA-256 of the public key, in hexadecimal. */
  String keyDigest() {
    try {
      return Digest.of(key.getEncoded()).hex();
    } catch (IOException e) {
      throw new IllegalStateException("what was parsed can be encoded", e);
    }
  }

  private static FlotillaException invalid(String message, @Nullable Throwable cause) {
    return cause == null
        ? new FlotillaException(ErrorCode.CSR_INVALID, message)
        : new FlotillaException(ErrorCode.CSR_INVALID, message, cause);
  }
}
