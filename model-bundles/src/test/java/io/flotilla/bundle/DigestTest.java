package io.flotilla.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.fixture.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DigestTest {
  // FIPS 180-4 example, one block: "abc"
  private static final String OF_ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @Test
  void knowsTheStandardsExample() {
    assertThat(Digest.of("abc".getBytes(StandardCharsets.US_ASCII)).hex()).isEqualTo(OF_ABC);
  }

  @Test
  void readsFilesLargerThanItsBuffer(@TempDir Path folder) throws IOException {
    byte[] content = new byte[200_001];
    content[200_000] = 7;
    Path file = Files.write(folder.resolve("content"), content);
    assertThat(Digest.ofFile(file)).isEqualTo(Digest.of(content));
  }

  @Test
  void parsesBothForms() {
    assertThat(Digest.parse("sha256:" + OF_ABC)).isEqualTo(Digest.parse(OF_ABC));
    assertThat(Digest.parse(OF_ABC)).hasToString("sha256:" + OF_ABC);
    assertThat(Digest.ofRaw(Digest.parse(OF_ABC).raw()).hex()).isEqualTo(OF_ABC);
    assertThat(Digest.parse(OF_ABC).abbreviated()).isEqualTo("ba7816bf8f01");
  }

  @Test
  void ordersByItsDigits() {
    assertThat(new Digest("0".repeat(64))).isLessThan(new Digest("f".repeat(64)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "abc", "sha256:", "sha512:00", "BA7816BF8F01CFEA414140DE5DAE2223"})
  void refusesWhatIsNoDigest(String text) {
    Refusal.of(ErrorCode.INPUT_INVALID, () -> Digest.parse(text));
  }

  @Test
  void refusesUpperCase() {
    Refusal.of(ErrorCode.INPUT_INVALID, () -> new Digest("A".repeat(64)));
  }
}
