package io.flotilla.bundle.signing;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.fixture.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DsseTest {
  private static final String TYPE = "http://example.com/HelloWorld";
  private static final byte[] BODY = ascii("hello world");
  private static final SigningKey KEY = SigningKey.generate();
  private static final SigningKey OTHER = SigningKey.generate();

  // The vector of the DSSE 1.0 protocol page.
  @Test
  void encodesAsTheSpecificationDoes() {
    assertThat(Dsse.pae(TYPE, BODY))
        .isEqualTo(ascii("DSSEv1 29 http://example.com/HelloWorld 11 hello world"));
  }

  @Test
  void countsBytesNotCharacters() {
    assertThat(Dsse.pae("é", new byte[] {}))
        .isEqualTo("DSSEv1 2 é 0 ".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void givesBackThePayloadThatATrustedKeySigned() {
    byte[] envelope = Dsse.sign(TYPE, BODY, KEY);
    assertThat(Dsse.verify(envelope, TYPE, List.of(OTHER.verifyingKey(), KEY.verifyingKey())))
        .isEqualTo(BODY);
  }

  @Test
  void signsTheSameToTheSameBytes() {
    assertThat(Dsse.sign(TYPE, BODY, KEY)).isEqualTo(Dsse.sign(TYPE, BODY, KEY));
  }

  @Test
  void refusesOtherKeysTypesAndNoKeys() {
    byte[] envelope = Dsse.sign(TYPE, BODY, KEY);
    refused(envelope, TYPE, Optional.of(OTHER));
    refused(envelope, TYPE, Optional.empty());
    refused(envelope, TYPE + "2", Optional.of(KEY));
  }

  @Test
  void refusesEverySingleFlippedByte() {
    byte[] envelope = Dsse.sign(TYPE, BODY, KEY);
    String json = new String(envelope, StandardCharsets.US_ASCII);
    int hintBegin = json.indexOf(KEY.verifyingKey().keyId());
    for (int at = 0; at < envelope.length; at++) {
      boolean inHint = at >= hintBegin && at < hintBegin + 64;
      for (int bit = 0; bit < Byte.SIZE && !inHint; bit++) {
        byte[] flipped = envelope.clone();
        flipped[at] ^= (byte) (1 << bit);
        refused(flipped, TYPE, Optional.of(KEY));
      }
    }
  }

  @Test
  void refusesOtherFormsOfTheSameBytes() {
    String json = new String(Dsse.sign(TYPE, BODY, KEY), StandardCharsets.US_ASCII);
    // "hello world" is 11 bytes, so its base64 ends in one pad and two unused bits.
    refused(json.replace("aGVsbG8gd29ybGQ=", "aGVsbG8gd29ybGR="));
    refused(json.replace("aGVsbG8gd29ybGQ=", "aGVsbG8gd29ybGQ"));
    refused(json.replace("\"signatures\"", "\"more\":1,\"signatures\""));
    refused(json.replace("\"payloadType\"", "\"payloadType\":\"x\",\"payloadType\""));
    refused(json + "{}");
    refused("");
    refused("null");
    refused("[]");
    refused("{\"payload\":\"\",\"payloadType\":\"" + TYPE + "\",\"signatures\":[]}");
  }

  private static void refused(String json) {
    refused(json.getBytes(StandardCharsets.UTF_8), TYPE, Optional.of(KEY));
  }

  private static void refused(byte[] envelope, String type, Optional<SigningKey> key) {
    List<VerifyingKey> keys = key.map(SigningKey::verifyingKey).stream().toList();
    Refusal.of(ErrorCode.SIGNATURE_INVALID, () -> Dsse.verify(envelope, type, keys));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
