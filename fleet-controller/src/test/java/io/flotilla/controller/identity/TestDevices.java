package io.flotilla.controller.identity;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** Devices' ends of the identity protocol, for tests. */
public final class TestDevices {
  private TestDevices() {}

  /** An authority with fixed host names. */
  public static CertificateAuthority authority(Path folder, Clock clock) {
    return CertificateAuthority.open(folder, List.of(), clock, new SecureRandom());
  }

  /** A device's TLS identity, issued by this authority without a claim. */
  public static TlsIdentity identity(CertificateAuthority authority, String deviceId) {
    KeyPair key = ecKey("secp256r1");
    CertificateRequest request = CertificateRequest.parse(csr("anything", key));
    try {
      return new TlsIdentity(
          key.getPrivate(),
          Pem.parseCertificates(
              authority.issueDevice(request, deviceId).pem().getBytes(StandardCharsets.US_ASCII)),
          Pem.parseCertificates(authority.pem().getBytes(StandardCharsets.US_ASCII)).getFirst());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** An identity that shows the first one's certificates but trusts the other's authority. */
  public static TlsIdentity trusting(TlsIdentity shown, CertificateAuthority trusted) {
    return new TlsIdentity(shown.key(), shown.chain(), trusted.server().authority());
  }

  static KeyPair ecKey(String curve) {
    return key("EC", new ECGenParameterSpec(curve));
  }

  static KeyPair rsaKey() {
    return key("RSA", new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4));
  }

  private static KeyPair key(String algorithm, AlgorithmParameterSpec parameters) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      generator.initialize(parameters);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A signing request of this key. */
  static String csr(String commonName, KeyPair key) {
    return csr(commonName, key, key);
  }

  /** A signing request for one key, signed by another. */
  static String csr(String commonName, KeyPair key, KeyPair signer) {
    String algorithm =
        signer.getPrivate().getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
    try {
      byte[] der =
          new JcaPKCS10CertificationRequestBuilder(
                  new X500Name("CN=" + commonName), key.getPublic())
              .build(new JcaContentSignerBuilder(algorithm).build(signer.getPrivate()))
              .getEncoded();
      return "-----BEGIN CERTIFICATE REQUEST-----\n"
          + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
          + "\n-----END CERTIFICATE REQUEST-----\n";
    } catch (OperatorCreationException | java.io.IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
