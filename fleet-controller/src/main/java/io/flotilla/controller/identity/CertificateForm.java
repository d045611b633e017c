package io.flotilla.controller.identity;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** How the authority's certificates look (RFC 5280): ECDSA with SHA-256, serials of 127 bits. */
final class CertificateForm {
  private static final String ALGORITHM = "SHA256withECDSA";
  private static final String CURVE = "secp256r1";
  private static final int SERIAL_BITS = 127;
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9a-fA-F:]*:[0-9a-fA-F:.]*");

  /** Clocks of small devices are late: certificates are valid from an hour ago. */
  private static final Duration SKEW = Duration.ofHours(1);

  private final SecureRandom random;

  CertificateForm(SecureRandom random) {
    this.random = random;
  }

  /** Who issues: the authority's name and key. */
  record Issuer(X500Name name, PrivateKey key, SubjectPublicKeyInfo publicKey) {}

  /** What a certificate says: for whom, what for, and until when. */
  record Leaf(X500Name subject, KeyPurposeId purpose, Collection<String> hosts, Instant until) {}

  KeyPair newKey() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec(CURVE), random);
    return generator.generateKeyPair();
  }

  static X500Name name(String unit, String commonName) {
    return new X500NameBuilder(BCStyle.INSTANCE)
        .addRDN(BCStyle.O, "Flotilla")
        .addRDN(BCStyle.OU, unit)
        .addRDN(BCStyle.CN, commonName)
        .build();
  }

  /** A self-signed authority that may issue end certificates only. */
  X509Certificate authority(X500Name name, KeyPair key, Instant now, Instant until)
      throws GeneralSecurityException {
    SubjectPublicKeyInfo publicKey = SubjectPublicKeyInfo.getInstance(key.getPublic().getEncoded());
    try {
      X509v3CertificateBuilder builder =
          builder(new Issuer(name, key.getPrivate(), publicKey), name, publicKey, now, until)
              .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
              .addExtension(
                  Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      return sign(builder, key.getPrivate());
    } catch (IOException e) {
      throw new GeneralSecurityException(e);
    }
  }

  /** A server's or client's certificate. */
  X509Certificate leaf(Issuer issuer, SubjectPublicKeyInfo key, Leaf leaf, Instant now)
      throws GeneralSecurityException {
    try {
      X509v3CertificateBuilder builder =
          builder(issuer, leaf.subject(), key, now, leaf.until())
              .addExtension(
                  Extension.authorityKeyIdentifier,
                  false,
                  new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(issuer.publicKey()))
              .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
              .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
              .addExtension(
                  Extension.extendedKeyUsage, false, new ExtendedKeyUsage(leaf.purpose()));
      if (!leaf.hosts().isEmpty()) {
        builder.addExtension(Extension.subjectAlternativeName, false, names(leaf.hosts()));
      }
      return sign(builder, issuer.key());
    } catch (IOException e) {
      throw new GeneralSecurityException(e);
    }
  }

  private X509v3CertificateBuilder builder(
      Issuer issuer, X500Name subject, SubjectPublicKeyInfo key, Instant now, Instant until)
      throws IOException, GeneralSecurityException {
    return new X509v3CertificateBuilder(
            issuer.name(),
            new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS - 1),
            Date.from(now.minus(SKEW)),
            Date.from(until),
            subject,
            key)
        .addExtension(
            Extension.subjectKeyIdentifier,
            false,
            new JcaX509ExtensionUtils().createSubjectKeyIdentifier(key));
  }

  private X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key)
      throws GeneralSecurityException {
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder(ALGORITHM).setSecureRandom(random).build(key)));
    } catch (OperatorCreationException e) {
      throw new GeneralSecurityException(e);
    }
  }

  private static GeneralNames names(Collection<String> hosts) {
    List<GeneralName> names =
        hosts.stream()
            .map(
                host ->
                    new GeneralName(
                        ADDRESS.matcher(host).matches()
                            ? GeneralName.iPAddress
                            : GeneralName.dNSName,
                        host))
            .toList();
    return new GeneralNames(names.toArray(new GeneralName[0]));
  }
}
