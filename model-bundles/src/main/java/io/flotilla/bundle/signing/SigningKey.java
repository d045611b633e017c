package io.flotilla.bundle.signing;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.StorageFailures;
import io.flotilla.bundle.layout.DurableFiles;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Set;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;

/**
 * An ECDSA private key on P-256, P-384 or P-521. Signatures are deterministic (RFC 6979): the same
 * message gives the same bytes, and no weak random source can leak the key. Neither messages nor
 * {@link #toString()} ever hold the key itself. Immutable.
 */
public final class SigningKey {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> OF_OTHERS =
      PosixFilePermissions.fromString("---rwxrwx");

  private final ECPrivateKey key;
  private final Curve curve;
  private final VerifyingKey verifyingKey;

  private SigningKey(ECPrivateKey key) throws GeneralSecurityException {
    this.key = key;
    this.curve =
        Curve.of(key.getParams())
            .filter(
                possible -> key.getS().signum() > 0 && key.getS().compareTo(possible.order()) < 0)
            .orElseThrow(
                () ->
                    new FlotillaException(
                        ErrorCode.INPUT_INVALID, "the key is not on P-256, P-384 or P-521"));
    this.verifyingKey = publicOf(key, curve);
  }

  /** A fresh P-256 key. */
  public static SigningKey generate() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(Curve.P256.standardName()));
      return new SigningKey((ECPrivateKey) generator.generateKeyPair().getPrivate());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java platform cannot make P-256 keys", e);
    }
  }

  /**
   * Loads a key.
   *
   * @param pem a PEM file with a block {@code PRIVATE KEY} (PKCS #8, not encrypted) that only its
   *     owner can access
   * @throws FlotillaException {@code FILE_MISSING} if it does not exist; {@code INPUT_INVALID} if
   *     group or others can access it, or it is no such key; {@code STORAGE_FAILED} if it cannot be
   *     read
   */
  public static SigningKey load(Path pem) {
    String text;
    try {
      requireOwnerOnly(pem);
      if (Files.size(pem) > Pem.MAX_CHARS) {
        throw notAKey(pem);
      }
      text = Files.readString(pem, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw StorageFailures.of("load the key " + pem, e);
    }
    try {
      return parse(text);
    } catch (FlotillaException e) {
      throw new FlotillaException(
          e.code(),
          "%s in %s; a key file is PKCS #8 PEM as of `openssl pkcs8 -topk8 -nocrypt`"
              .formatted(e.getMessage(), pem),
          e);
    }
  }

  /**
   * Saves the key to a new file that only its owner can access, from its creation on.
   *
   * @throws FlotillaException {@code CONFLICT} if the file exists; {@code DISK_FULL} or {@code
   *     STORAGE_FAILED} if the disk fails or cannot restrict files to their owner
   */
  public void save(Path pem) {
    if (Files.exists(pem, LinkOption.NOFOLLOW_LINKS)) {
      throw new FlotillaException(
          ErrorCode.CONFLICT, "the key file " + pem + " exists already and is not overwritten");
    }
    try {
      DurableFiles.write(
          pem,
          Pem.encode(Pem.PRIVATE_KEY, key.getEncoded()).getBytes(StandardCharsets.US_ASCII),
          PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    } catch (UnsupportedOperationException e) {
      throw cannotRestrict(pem, e);
    } catch (IOException e) {
      throw StorageFailures.of("save the key " + pem, e);
    }
  }

  /** The public half. */
  public VerifyingKey verifyingKey() {
    return verifyingKey;
  }

  /** The signature of a message, in DER. */
  byte[] sign(byte[] message) {
    ECDSASigner signer =
        new ECDSASigner(
            new HMacDSAKCalculator(
                switch (curve) {
                  case P256 -> new SHA256Digest();
                  case P384 -> new SHA384Digest();
                  case P521 -> new SHA512Digest();
                }));
    signer.init(true, new ECPrivateKeyParameters(key.getS(), domainOf(curve)));
    BigInteger[] rs = signer.generateSignature(hash(message));
    return EcdsaDer.encode(new EcdsaDer.Value(rs[0], rs[1]));
  }

  /** The beginning of its public half's id, for people; nothing of the key itself. */
  @Override
  public String toString() {
    return "signing " + verifyingKey;
  }

  static SigningKey parse(String pem) {
    byte[] der = Pem.decode(Pem.PRIVATE_KEY, pem);
    try {
      if (KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der))
          instanceof ECPrivateKey key) {
        return new SigningKey(key);
      }
    } catch (GeneralSecurityException e) {
      // The cause is left out on purpose: it may quote the key.
      throw new FlotillaException(ErrorCode.INPUT_INVALID, "there is no ECDSA private key");
    }
    throw new FlotillaException(ErrorCode.INPUT_INVALID, "there is no ECDSA private key");
  }

  private byte[] hash(byte[] message) {
    try {
      return MessageDigest.getInstance(curve.hash()).digest(message);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java platform lacks " + curve.hash(), e);
    }
  }

  private static VerifyingKey publicOf(ECPrivateKey key, Curve curve)
      throws GeneralSecurityException {
    org.bouncycastle.math.ec.ECPoint q = domainOf(curve).getG().multiply(key.getS()).normalize();
    ECPoint point =
        new ECPoint(q.getAffineXCoord().toBigInteger(), q.getAffineYCoord().toBigInteger());
    return VerifyingKey.of(
        (ECPublicKey)
            KeyFactory.getInstance("EC")
                .generatePublic(new ECPublicKeySpec(point, curve.parameters())));
  }

  private static ECDomainParameters domainOf(Curve curve) {
    X9ECParameters parameters = CustomNamedCurves.getByName(curve.standardName());
    return new ECDomainParameters(parameters);
  }

  private static void requireOwnerOnly(Path pem) throws IOException {
    try {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(pem);
      if (permissions.stream().anyMatch(OF_OTHERS::contains)) {
        throw new FlotillaException(
            ErrorCode.INPUT_INVALID,
            "the key file %s has mode %s, so others than its owner can access it; run chmod 600 on it"
                .formatted(pem, PosixFilePermissions.toString(permissions)));
      }
    } catch (UnsupportedOperationException e) {
      throw cannotRestrict(pem, e);
    }
  }

  private static FlotillaException cannotRestrict(Path pem, UnsupportedOperationException cause) {
    return new FlotillaException(
        ErrorCode.STORAGE_FAILED,
        "the disk of %s cannot restrict a key file to its owner; put it on another".formatted(pem),
        cause);
  }

  private static FlotillaException notAKey(Path pem) {
    return new FlotillaException(ErrorCode.INPUT_INVALID, pem + " is too large for a key file");
  }
}
