package io.flotilla.bundle.signing;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.codec.ManifestCodec;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.fixture.Refusal;
import io.flotilla.bundle.fixture.SmallBundle;
import io.flotilla.bundle.layout.BundlePaths;
import io.flotilla.bundle.trust.Publisher;
import io.flotilla.bundle.trust.TrustPolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleVerifierTest {
  private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");
  private static final SigningKey ACME = SigningKey.generate();
  private static final SigningKey OTHER = SigningKey.generate();
  private static final SigningKey STRANGER = SigningKey.generate();
  private static final TrustPolicy TRUST =
      new TrustPolicy(
          1,
          NOW.plusSeconds(1),
          List.of(
              new Publisher("acme", ACME.verifyingKey().pem(), List.of("digits", "vision-*")),
              new Publisher("other", OTHER.verifyingKey().pem(), List.of("sounds"))));

  @TempDir Path folder;
  private Path bundle;
  private Path signature;

  @BeforeEach
  void writeAndSign() throws IOException {
    bundle = SmallBundle.write(folder.resolve("bundle"), "digits");
    signature = bundle.resolve(BundlePaths.SIGNATURE);
    BundleSigner.sign(bundle, ACME);
  }

  @Test
  void verifiesWhatIsSigned() {
    VerifiedBundle verified = BundleVerifier.verify(bundle, TRUST, "digits", NOW);
    assertThat(verified.publisher()).isEqualTo("acme");
    assertThat(verified.manifest()).isEqualTo(SmallBundle.manifest("digits"));
    assertThat(verified.directory()).isEqualTo(bundle);
  }

  @Test
  void digestIsThatOfTheContentWhoeverSigns() throws IOException {
    Digest byAcme = BundleVerifier.verify(bundle, TRUST, "digits", NOW).digest();
    byte[] first = Files.readAllBytes(signature);
    assertThat(BundleSigner.sign(bundle, ACME)).isEqualTo(byAcme);
    assertThat(signature).hasBinaryContent(first);
    assertThat(BundleSigner.sign(bundle, OTHER)).isEqualTo(byAcme);
    assertThat(BundleVerifier.inspect(bundle).digest()).isEqualTo(byAcme);
    Files.write(bundle.resolve(BundlePaths.BASELINE), new byte[] {1});
    assertThat(BundleVerifier.inspect(bundle).digest()).isNotEqualTo(byAcme);
  }

  @Test
  void refusesAMissingSignature() throws IOException {
    Files.delete(signature);
    refused(ErrorCode.SIGNATURE_MISSING);
    assertThat(BundleVerifier.inspect(bundle).claimedKeyId()).isEmpty();
  }

  @Test
  void refusesChangedAddedAndRemovedFiles() throws IOException {
    Path model = bundle.resolve(SmallBundle.MODEL_PATH);
    byte[] content = Files.readAllBytes(model);
    Files.writeString(model, "another model here");
    assertThat(refused(ErrorCode.BUNDLE_DIGEST_MISMATCH)).contains(SmallBundle.MODEL_PATH);
    Files.write(model, content);
    Path more = Files.createFile(bundle.resolve("more"));
    assertThat(refused(ErrorCode.BUNDLE_DIGEST_MISMATCH)).contains("more was never signed");
    Files.delete(more);
    Files.delete(bundle.resolve(BundlePaths.BASELINE));
    assertThat(refused(ErrorCode.BUNDLE_DIGEST_MISMATCH)).contains("is missing");
  }

  @Test
  void refusesAChangedManifestBeforeParsingIt() throws IOException {
    Files.writeString(bundle.resolve(BundlePaths.MANIFEST), "{");
    refused(ErrorCode.BUNDLE_DIGEST_MISMATCH);
  }

  @Test
  void refusesLinksEvenToTheSameContent() throws IOException {
    Path model = bundle.resolve(SmallBundle.MODEL_PATH);
    Path elsewhere = Files.move(model, folder.resolve("elsewhere"));
    Files.createSymbolicLink(model, elsewhere);
    refused(ErrorCode.BUNDLE_PATH_UNSAFE);
    Files.move(signature, folder.resolve("sig"));
    Files.createSymbolicLink(signature, folder.resolve("sig"));
    refused(ErrorCode.BUNDLE_PATH_UNSAFE);
  }

  @Test
  void refusesAStrangerAsUnknown() {
    BundleSigner.sign(bundle, STRANGER);
    refused(ErrorCode.PUBLISHER_UNKNOWN);
    assertThat(BundleVerifier.inspect(bundle).claimedKeyId())
        .contains(STRANGER.verifyingKey().keyId());
  }

  @Test
  void refusesAStrangerUnderATrustedName() throws IOException {
    BundleSigner.sign(bundle, STRANGER);
    replaceInSignature(STRANGER.verifyingKey().keyId(), ACME.verifyingKey().keyId());
    refused(ErrorCode.SIGNATURE_INVALID);
  }

  @Test
  void refusesATrustedSignatureUnderAStrangersName() throws IOException {
    replaceInSignature(ACME.verifyingKey().keyId(), STRANGER.verifyingKey().keyId());
    refused(ErrorCode.SIGNATURE_INVALID);
  }

  @Test
  void refusesAPublisherWithoutAuthority() throws IOException {
    BundleSigner.sign(bundle, OTHER);
    refused(ErrorCode.PUBLISHER_NOT_ALLOWED);
  }

  @Test
  void refusesTheBundleOfAnotherModel() {
    Refusal.of(
        ErrorCode.MANIFEST_INVALID, () -> BundleVerifier.verify(bundle, TRUST, "vision-a", NOW));
    Refusal.of(
        ErrorCode.PUBLISHER_NOT_ALLOWED, () -> BundleVerifier.verify(bundle, TRUST, "sounds", NOW));
  }

  @Test
  void refusesAnExpiredPolicy() {
    Refusal.of(
        ErrorCode.TRUST_POLICY_INVALID,
        () -> BundleVerifier.verify(bundle, TRUST, "digits", NOW.plusSeconds(1)));
  }

  @Test
  void refusesASignedManifestThatDoesNotFitItsFiles() throws IOException {
    Files.writeString(bundle.resolve(SmallBundle.MODEL_PATH), "longer than the manifest says");
    Refusal.of(ErrorCode.MANIFEST_INVALID, () -> BundleSigner.sign(bundle, ACME));
    Files.delete(bundle.resolve(SmallBundle.MODEL_PATH));
    Refusal.of(ErrorCode.MANIFEST_INVALID, () -> BundleSigner.sign(bundle, ACME));
    Files.delete(bundle.resolve(BundlePaths.MANIFEST));
    Refusal.of(ErrorCode.MANIFEST_INVALID, () -> BundleVerifier.inspect(bundle));
  }

  @Test
  void refusesATooLargeManifestUnread() throws IOException {
    Files.write(bundle.resolve(BundlePaths.MANIFEST), new byte[ManifestCodec.MAX_BYTES + 1]);
    refused(ErrorCode.BUNDLE_TOO_LARGE);
  }

  @Test
  void refusesAnotherPayloadUnderTheSameSignature() throws IOException {
    String json = Files.readString(signature);
    int begin = json.indexOf("\"payload\":\"") + 11;
    String payload = json.substring(begin, json.indexOf('"', begin));
    String changed =
        Base64.getEncoder()
            .encodeToString(
                new String(Base64.getDecoder().decode(payload), StandardCharsets.UTF_8)
                    .replace("digits", "digit2")
                    .getBytes(StandardCharsets.UTF_8));
    replaceInSignature(payload, changed);
    refused(ErrorCode.SIGNATURE_INVALID);
  }

  @Test
  void refusesMissingFolders() {
    Refusal.of(
        ErrorCode.FILE_MISSING,
        () -> BundleVerifier.verify(folder.resolve("nothing"), TRUST, "digits", NOW));
  }

  private void replaceInSignature(String old, String replacement) throws IOException {
    String json = Files.readString(signature);
    assertThat(json).contains(old);
    Files.writeString(signature, json.replace(old, replacement));
  }

  private String refused(ErrorCode code) {
    return Refusal.of(code, () -> BundleVerifier.verify(bundle, TRUST, "digits", NOW));
  }
}
