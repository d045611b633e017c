package io.flotilla.bundle.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.fixture.Refusal;
import io.flotilla.bundle.fixture.SmallBundle;
import io.flotilla.bundle.manifest.Manifest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ManifestCodecTest {
  private static final Manifest MANIFEST = SmallBundle.manifest("digits");
  private static final String JSON = text(ManifestCodec.encode(MANIFEST));

  @Test
  void readsWhatItWrites() {
    assertThat(decode(JSON)).isEqualTo(MANIFEST);
  }

  @Test
  void writesEqualManifestsAsEqualBytes() {
    assertThat(ManifestCodec.encode(SmallBundle.manifest("digits")))
        .isEqualTo(ManifestCodec.encode(decode(JSON)));
  }

  @Test
  void writesTheFormOfTheReference() {
    assertThat(JSON)
        .startsWith("{\n  \"format\" : 1,\n  \"name\" : \"digits\",\n")
        .contains("\"shape\" : [\n        \"batch\",\n        2\n      ]")
        .contains("\"unit\" : null")
        .contains("\"opsets\" : {\n        \"\" : 13\n      }");
  }

  @Test
  void refusesMissingKeys() {
    String message = refused(JSON.replace("  \"name\" : \"digits\",\n", ""));
    assertThat(message).contains("name");
    refused(JSON.replaceFirst("\"unit\" : null,", ""));
    refused(JSON.replaceFirst("\"gitDirty\" : false,", ""));
  }

  @Test
  void refusesUnknownAndRepeatedKeys() {
    refused(JSON.replaceFirst("\\{", "{ \"more\" : 1,"));
    refused(JSON.replaceFirst("\\{", "{ \"format\" : 1,"));
  }

  @Test
  void branchAndRemoteAreThereOnlyIfKnown() {
    assertThat(JSON).doesNotContain("gitBranch").doesNotContain("gitRemote");
    Manifest known = withOrigin("release/2", "https://git.example/vision/digits.git");
    String json = text(ManifestCodec.encode(known));
    assertThat(json)
        .contains("\"gitBranch\" : \"release/2\"")
        .contains("\"gitRemote\" : \"https://git.example/vision/digits.git\"");
    assertThat(decode(json)).isEqualTo(known);
    assertThat(decode(json.replace("\"release/2\"", "null")).lineage().gitBranch()).isEmpty();
  }

  @Test
  void refusesARemoteWithCredentials() {
    String json = text(ManifestCodec.encode(withOrigin("main", "https://git.example/x")));
    assertThat(refused(json.replace("//git", "//ada:secret@git")))
        .contains("lineage")
        .doesNotContain("secret");
    refused(json.replace("\"main\"", "[]"));
    refused(json.replace("\"gitBranch\"", "\"gitTwig\""));
  }

  private static Manifest withOrigin(String branch, String remote) {
    return new Manifest(
        MANIFEST.format(),
        MANIFEST.name(),
        MANIFEST.inputs(),
        MANIFEST.outputs(),
        MANIFEST.variants(),
        MANIFEST.lineage().withOrigin(Optional.of(branch), Optional.of(remote)),
        MANIFEST.capture(),
        MANIFEST.properties());
  }

  @Test
  void refusesOtherTypes() {
    refused(JSON.replace("\"format\" : 1", "\"format\" : \"1\""));
    refused(JSON.replace("\"format\" : 1", "\"format\" : 1.0"));
    refused(JSON.replace("\"format\" : 1", "\"format\" : null"));
    refused(JSON.replace("\"FP32\"", "6"));
    refused(JSON.replace("\"FP32\"", "\"FP99\""));
    refused(JSON.replace("\"batch\"", "2.5"));
    refused(JSON.replace("\"batch\"", "null"));
    refused(JSON.replace("\"by hand\"", "null"));
  }

  @Test
  void refusesWhatIsNoJson() {
    refused("");
    refused("null");
    refused("[]");
    refused(JSON + "x");
    refused("[".repeat(10_000));
    refused(JSON.substring(0, JSON.length() - 2));
  }

  @Test
  void refusesTruncationAtEveryLength() {
    byte[] json = JSON.getBytes(StandardCharsets.UTF_8);
    for (int length = 0; length < json.length; length++) {
      byte[] part = Arrays.copyOf(json, length);
      Refusal.of(ErrorCode.MANIFEST_INVALID, () -> ManifestCodec.decode(part));
    }
  }

  @Test
  void saysWhatIsWrongAndWhere() {
    assertThat(refused(JSON.replace("\"sizeBytes\" : 18", "\"sizeBytes\" : true")))
        .contains("variants")
        .contains("sizeBytes");
    assertThat(refused(JSON.replace("\"name\" : \"digits\"", "\"name\" : \"Digits\"")))
        .contains("not a name of a model");
  }

  @Test
  void refusesPathsThatEscape() {
    Refusal.of(
        ErrorCode.BUNDLE_PATH_UNSAFE, () -> decode(JSON.replace("models/model", "models/../../m")));
  }

  @Test
  void refusesMoreThanItsLimitUnread() {
    Refusal.of(
        ErrorCode.BUNDLE_TOO_LARGE,
        () -> ManifestCodec.decode(new byte[ManifestCodec.MAX_BYTES + 1]));
  }

  private static String refused(String json) {
    return Refusal.of(ErrorCode.MANIFEST_INVALID, () -> decode(json));
  }

  private static Manifest decode(String json) {
    return ManifestCodec.decode(json.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(byte[] json) {
    return new String(json, StandardCharsets.UTF_8);
  }
}
