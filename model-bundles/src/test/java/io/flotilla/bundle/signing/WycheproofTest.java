package io.flotilla.bundle.signing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.flotilla.bundle.fixture.PublicVectors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Project Wycheproof's ECDSA vectors: every valid signature is taken, every other is refused. */
class WycheproofTest {
  @ParameterizedTest
  @CsvSource({
    "wycheproof/ecdsa_secp256r1_sha256_test.json.gz,484",
    "wycheproof/ecdsa_secp384r1_sha384_test.json.gz,504"
  })
  void agreesWithEveryVector(String file, int expectedTests) throws IOException {
    JsonNode vectors = PublicVectors.gzippedJson(file);
    List<String> wrong = new ArrayList<>();
    int tests = 0;
    for (JsonNode group : vectors.get("testGroups")) {
      VerifyingKey key = VerifyingKey.parsePem(group.get("publicKeyPem").textValue());
      for (JsonNode test : group.get("tests")) {
        boolean valid = test.get("result").textValue().equals("valid");
        if (key.verifies(hex(test, "msg"), hex(test, "sig")) != valid) {
          wrong.add("%s: %s".formatted(test.get("tcId"), test.get("comment")));
        }
        tests++;
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(tests).isEqualTo(expectedTests);
  }

  private static byte[] hex(JsonNode test, String key) {
    return HexFormat.of().parseHex(test.get(key).textValue());
  }
}
