package io.flotilla.agent.identity;

import io.flotilla.agent.store.AgentFiles;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.StorageFailures;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.EnumSet;
import java.util.Set;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.openssl.PEMException;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.jspecify.annotations.Nullable;

/** The device's own key pair, ECDSA on P-256. It is made here and never leaves the device. */
public final class DeviceKey {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private final PrivateKey secret;
  private final PublicKey open;

  private DeviceKey(PrivateKey secret, PublicKey open) {
    this.secret = secret;
    this.open = open;
  }

  /** A new pair from the platform's secure random source. */
  public static DeviceKey generate() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = generator.generateKeyPair();
      return new DeviceKey(pair.getPrivate(), pair.getPublic());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has P-256", e);
    }
  }

  /**
   * Reads a key that {@link #save} wrote.
   *
   * @throws FlotillaException {@code CONFIGURATION_INVALID} if others can read it, or it is no key;
   *     {@code FILE_MISSING}, {@code STORAGE_FAILED}
   */
  static DeviceKey load(Path file) {
    PrivateKey secret = null;
    PublicKey open = null;
    try {
      if (!OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file))) {
        throw new FlotillaException(
            ErrorCode.CONFIGURATION_INVALID,
            "%s can be read by others; chmod 600 it, or enrol again".formatted(file));
      }
      JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
      try (PEMParser parser = new PEMParser(new StringReader(Files.readString(file)))) {
        for (Object part = parser.readObject(); part != null; part = parser.readObject()) {
          switch (part) {
            case PrivateKeyInfo info -> secret = converter.getPrivateKey(info);
            case SubjectPublicKeyInfo info -> open = converter.getPublicKey(info);
            default -> throw damaged(file, null);
          }
        }
      }
    } catch (PEMException e) {
      throw damaged(file, e);
    } catch (IOException e) {
      throw StorageFailures.of("read " + file, e);
    }
    if (secret == null || open == null) {
      throw damaged(file, null);
    }
    return new DeviceKey(secret, open);
  }

  /** Writes both halves (PKCS #8 and SubjectPublicKeyInfo, PEM), mode 600 from its creation. */
  void save(Path file) {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(new JcaPKCS8Generator(secret, null));
      writer.writeObject(open);
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory cannot fail", e);
    }
    AgentFiles.write(
        file,
        text.toString().getBytes(StandardCharsets.US_ASCII),
        PosixFilePermissions.asFileAttribute(OWNER_ONLY));
  }

  /**
   * A PKCS #10 request (RFC 2986) for the common name {@code deviceId}, signed by this key; PEM.
   */
  public String certificateRequest(String deviceId) {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(
          new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=" + deviceId), open)
              .build(new JcaContentSignerBuilder("SHA256withECDSA").build(secret)));
    } catch (IOException | OperatorCreationException e) {
      throw new IllegalStateException("a P-256 key signs its own request", e);
    }
    return text.toString();
  }

  /** The private half. */
  public PrivateKey secret() {
    return secret;
  }

  /** Encoded SubjectPublicKeyInfo. */
  byte[] publicInfo() {
    return open.getEncoded();
  }

  private static FlotillaException damaged(Path file, @Nullable Throwable cause) {
    String message = "%s is not the key of a device; enrol again".formatted(file);
    return cause == null
        ? new FlotillaException(ErrorCode.CONFIGURATION_INVALID, message)
        : new FlotillaException(ErrorCode.CONFIGURATION_INVALID, message, cause);
  }
}
