package io.flotilla.bundle.signing;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.envelope.Statement;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.fixture.PublicVectors;
import io.flotilla.bundle.fixture.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The public vectors of OpenSSF Model Signing 1.0, made by its reference implementation. */
class OmsVectorsTest {
  private static final Set<String> IGNORED = Set.of("model.sig", "ignore-me");
  private VerifyingKey key = SigningKey.generate().verifyingKey();

  @BeforeEach
  void readKey() throws IOException {
    key =
        VerifyingKey.parsePem(Files.readString(PublicVectors.path("oms/keys/signing-key-pub.pem")));
  }

  @Test
  void computesTheHintOfTheSpecification() {
    assertThat(key.keyId())
        .isEqualTo("e8450dec4eb99dae995da9af1bc2cc9f76ed669ee2e744f57abba763df3e3f8e");
  }

  @Test
  void verifiesASignatureOfAFolder() throws IOException {
    Path folder = PublicVectors.path("oms/v1.0.1-elliptic-key");
    Statement statement = verify(folder.resolve("model.sig"));
    BundleContent content = BundleContent.read(folder, IGNORED);
    ModelSignatures.requireSame(statement, content.resources());
    assertThat(Statement.of(statement.subject(), content.resources())).isEqualTo(statement);
    assertThat(statement.root().hex())
        .isEqualTo("92745110b1ab4368471cbe31664e10174e954b113a3df333db860317b2c6dec4");
  }

  @Test
  void refusesAFolderWithAFileThatWasNotSigned() throws IOException {
    Path folder = PublicVectors.path("oms/v1.0.1-elliptic-key");
    Statement statement = verify(folder.resolve("model.sig"));
    BundleContent content = BundleContent.read(folder, Set.of("model.sig"));
    assertThat(
            Refusal.of(
                ErrorCode.BUNDLE_DIGEST_MISMATCH,
                () -> ModelSignatures.requireSame(statement, content.resources())))
        .isEqualTo("ignore-me was never signed");
  }

  @Test
  void verifiesASignatureOfASingleFile() throws IOException {
    Path folder = PublicVectors.path("oms/v1.0.0-elliptic-key");
    Statement statement = verify(folder.resolve("model.sig"));
    assertThat(statement.resources())
        .containsExactly(new Statement.Resource(".", Digest.ofFile(folder.resolve("signme-1"))));
  }

  @Test
  void verifiesTheSpecificationsBundle() throws IOException {
    assertThat(verify(PublicVectors.path("oms/spec/valid-key.bundle.json")).resources())
        .extracting(Statement.Resource::name)
        .containsExactly("signme-1", "signme-2");
  }

  @Test
  void refusesTheSpecificationsInvalidBundles() {
    Path missing = PublicVectors.path("oms/spec/invalid-missing-envelope.bundle.json");
    Refusal.of(ErrorCode.SIGNATURE_INVALID, () -> verify(missing));
    Path wrong = PublicVectors.path("oms/spec/invalid-wrong-predicate.bundle.json");
    Refusal.of(ErrorCode.SIGNATURE_INVALID, () -> verify(wrong));
  }

  @Test
  void refusesSignaturesByCertificateAndSaysSo() {
    for (String folder : new String[] {"oms/v1.0.0-certificate", "oms/v1.0.1-certificate"}) {
      Path signature = PublicVectors.path(folder).resolve("model.sig");
      assertThat(Refusal.of(ErrorCode.SIGNATURE_INVALID, () -> verify(signature)))
          .contains("by certificate");
    }
  }

  @Test
  void refusesAnUnknownKeyAsUnknown() throws IOException {
    byte[] json = Files.readAllBytes(PublicVectors.path("oms/spec/valid-key.bundle.json"));
    VerifyingKey other = SigningKey.generate().verifyingKey();
    Refusal.of(ErrorCode.PUBLISHER_UNKNOWN, () -> ModelSignatures.verify(json, List.of(other)));
  }

  @Test
  void refusesEveryChangedCharacterOfASignatureValue() throws IOException {
    String json = Files.readString(PublicVectors.path("oms/spec/valid-key.bundle.json"));
    int begin = json.indexOf("\"sig\": \"") + 8;
    int end = json.indexOf('"', begin);
    for (int at = begin; at < end; at++) {
      char other = json.charAt(at) == 'A' ? 'B' : 'A';
      byte[] changed =
          (json.substring(0, at) + other + json.substring(at + 1)).getBytes(StandardCharsets.UTF_8);
      Refusal.of(ErrorCode.SIGNATURE_INVALID, () -> ModelSignatures.verify(changed, List.of(key)));
    }
  }

  private Statement verify(Path signature) throws IOException {
    return ModelSignatures.verify(Files.readAllBytes(signature), List.of(key)).statement();
  }
}
