package io.flotilla.bundle.signing;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.fixture.Refusal;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPrivateKeySpec;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SigningKeyTest {
  private static final byte[] SAMPLE = "sample".getBytes(StandardCharsets.US_ASCII);

  @TempDir Path folder;

  // RFC 6979, A.2.5 and A.2.6: curve, private key, r and s of "sample" with the curve's own hash.
  @ParameterizedTest
  @CsvSource({
    "P256,"
        + "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721,"
        + "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716,"
        + "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
    "P384,"
        + "6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D8"
        + "96D5724E4C70A825F872C9EA60D2EDF5,"
        + "94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C"
        + "81A648152E44ACF96E36DD1E80FABE46,"
        + "99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94F"
        + "A329C145786E679E7B82C71A38628AC8"
  })
  void signsAsTheDeterministicStandardDoes(Curve curve, String d, String r, String s)
      throws GeneralSecurityException {
    SigningKey key =
        SigningKey.parse(
            Pem.encode(
                Pem.PRIVATE_KEY,
                KeyFactory.getInstance("EC")
                    .generatePrivate(new ECPrivateKeySpec(number(d), curve.parameters()))
                    .getEncoded()));
    byte[] signature = key.sign(SAMPLE);
    assertThat(EcdsaDer.decode(signature, curve.order()))
        .isEqualTo(Optional.of(new EcdsaDer.Value(number(r), number(s))));
    assertThat(key.verifyingKey().verifies(SAMPLE, signature)).isTrue();
  }

  @ParameterizedTest
  @EnumSource(Curve.class)
  void signsOnEveryCurve(Curve curve) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec(curve.standardName()));
    var pair = generator.generateKeyPair();
    SigningKey key = SigningKey.parse(Pem.encode(Pem.PRIVATE_KEY, pair.getPrivate().getEncoded()));
    assertThat(key.verifyingKey().pem())
        .isEqualTo(Pem.encode(Pem.PUBLIC_KEY, pair.getPublic().getEncoded()));
    byte[] signature = key.sign(SAMPLE);
    assertThat(key.verifyingKey().verifies(SAMPLE, signature)).isTrue();
    assertThat(key.verifyingKey().verifies(new byte[] {1}, signature)).isFalse();
    assertThat(key.sign(SAMPLE)).isEqualTo(signature);
  }

  @Test
  void savesForItsOwnerOnlyAndLoadsAgain() throws IOException {
    SigningKey key = SigningKey.generate();
    Path file = folder.resolve("key.pem");
    key.save(file);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(SigningKey.load(file).verifyingKey()).isEqualTo(key.verifyingKey());
    try (Stream<Path> all = Files.list(folder)) {
      assertThat(all).containsExactly(file);
    }
  }

  @Test
  void neverOverwritesAKey() throws IOException {
    Path file = folder.resolve("key.pem");
    SigningKey.generate().save(file);
    byte[] before = Files.readAllBytes(file);
    Refusal.of(ErrorCode.CONFLICT, () -> SigningKey.generate().save(file));
    assertThat(file).hasBinaryContent(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rwx--x---"})
  void refusesAKeyThatOthersCanAccess(String mode) throws IOException {
    Path file = folder.resolve("key.pem");
    SigningKey.generate().save(file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    assertThat(Refusal.of(ErrorCode.INPUT_INVALID, () -> SigningKey.load(file)))
        .contains("chmod 600");
  }

  @Test
  void neverShowsItself() throws IOException {
    SigningKey key = SigningKey.generate();
    Path file = folder.resolve("key.pem");
    key.save(file);
    String secret = Files.readString(file).lines().skip(1).findFirst().orElseThrow();
    assertThat(key.toString()).contains("key").doesNotContain(secret);
    Files.writeString(file, Files.readString(file).replace(secret, "!" + secret));
    assertThat(Refusal.of(ErrorCode.INPUT_INVALID, () -> SigningKey.load(file)))
        .doesNotContain(secret);
  }

  @Test
  void refusesFilesThatAreNoKey() throws IOException {
    Refusal.of(ErrorCode.FILE_MISSING, () -> SigningKey.load(folder.resolve("nothing")));
    for (String text :
        new String[] {
          "",
          "hello",
          "-----BEGIN PRIVATE KEY-----",
          "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
          "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n",
          "x".repeat(Pem.MAX_CHARS + 1)
        }) {
      Path file = folder.resolve("key.pem");
      Files.deleteIfExists(file);
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(file, text);
      Refusal.of(ErrorCode.INPUT_INVALID, () -> SigningKey.load(file));
    }
  }

  @Test
  void refusesPublicKeysOfOtherKinds() throws GeneralSecurityException {
    for (String algorithm : new String[] {"RSA", "Ed25519", "X25519"}) {
      String pem =
          Pem.encode(
              Pem.PUBLIC_KEY,
              KeyPairGenerator.getInstance(algorithm).generateKeyPair().getPublic().getEncoded());
      Refusal.of(ErrorCode.INPUT_INVALID, () -> VerifyingKey.parsePem(pem));
    }
  }

  @Test
  void refusesAPointBesideTheCurve() {
    String pem = SigningKey.generate().verifyingKey().pem();
    byte[] der = Pem.decode(Pem.PUBLIC_KEY, pem);
    der[der.length - 1] ^= 1;
    Refusal.of(
        ErrorCode.INPUT_INVALID, () -> VerifyingKey.parsePem(Pem.encode(Pem.PUBLIC_KEY, der)));
  }

  @Test
  void identifiesKeysByTheirPem() {
    VerifyingKey key = SigningKey.generate().verifyingKey();
    assertThat(VerifyingKey.parsePem("a comment\n" + key.pem() + "more")).isEqualTo(key);
    assertThat(VerifyingKey.parsePem(key.pem().replace("\n", "\r\n")).keyId())
        .isEqualTo(key.keyId());
    assertThat(key).isNotEqualTo(SigningKey.generate().verifyingKey());
    assertThat(key.toString()).isEqualTo("key " + key.keyId().substring(0, 12));
  }

  private static BigInteger number(String hex) {
    return new BigInteger(hex, 16);
  }
}
