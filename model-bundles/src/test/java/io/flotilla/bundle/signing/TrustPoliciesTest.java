package io.flotilla.bundle.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.fixture.Refusal;
import io.flotilla.bundle.trust.Publisher;
import io.flotilla.bundle.trust.TrustPolicy;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrustPoliciesTest {
  private static final Instant EXPIRES = Instant.parse("2026-05-01T12:00:00Z");
  private static final Instant BEFORE = EXPIRES.minusMillis(1);
  private static final SigningKey ROOT = SigningKey.generate();
  private static final String PEM = SigningKey.generate().verifyingKey().pem();
  private static final Publisher ACME = new Publisher("acme", PEM, List.of("digits", "vision-*"));
  private static final TrustPolicy POLICY = new TrustPolicy(3, EXPIRES, List.of(ACME));

  @Test
  void readsWhatTheRootSigned() {
    byte[] envelope = TrustPolicies.sign(POLICY, ROOT);
    assertThat(TrustPolicies.verify(envelope, ROOT.verifyingKey(), BEFORE)).isEqualTo(POLICY);
    assertThat(TrustPolicies.sign(POLICY, ROOT)).isEqualTo(envelope);
  }

  @Test
  void refusesAnotherRoot() {
    byte[] envelope = TrustPolicies.sign(POLICY, SigningKey.generate());
    refused(envelope, BEFORE);
  }

  @Test
  void refusesAnExpiredPolicyFromTheVeryMoment() {
    refused(TrustPolicies.sign(POLICY, ROOT), EXPIRES);
  }

  @Test
  void refusesASignedPayloadOfAnotherType() {
    refused(Dsse.sign("application/json", new byte[] {'{', '}'}, ROOT), BEFORE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "{\"format\":2,\"version\":1,\"expires\":\"2027-01-01T00:00:00Z\",\"publishers\":[]}",
        "{\"format\":1,\"version\":0,\"expires\":\"2027-01-01T00:00:00Z\",\"publishers\":[]}",
        "{\"format\":1,\"version\":1,\"expires\":\"never\",\"publishers\":[]}",
        "{\"format\":1,\"version\":1,\"expires\":\"2027-01-01T00:00:00Z\",\"publishers\":null}",
        "{\"format\":1,\"version\":1,\"expires\":\"2027-01-01T00:00:00Z\",\"publishers\":[null]}",
        "{\"format\":1,\"version\":1,\"expires\":\"2027-01-01T00:00:00Z\",\"publishers\":["
            + "{\"name\":\"a\",\"keyPem\":\"none\",\"modelPatterns\":[\"*\"]}]}"
      })
  void refusesSignedNonsense(String json) {
    refused(
        Dsse.sign(TrustPolicies.PAYLOAD_TYPE, json.getBytes(StandardCharsets.UTF_8), ROOT), BEFORE);
  }

  @Test
  void neverGoesBack() {
    TrustPolicy older = new TrustPolicy(2, EXPIRES, List.of());
    TrustPolicy other = new TrustPolicy(3, EXPIRES, List.of());
    TrustPolicy newer = new TrustPolicy(4, EXPIRES, List.of());
    assertThatCode(() -> newer.requireMayReplace(POLICY)).doesNotThrowAnyException();
    assertThatCode(() -> POLICY.requireMayReplace(POLICY)).doesNotThrowAnyException();
    Refusal.of(ErrorCode.TRUST_POLICY_INVALID, () -> older.requireMayReplace(POLICY));
    Refusal.of(ErrorCode.TRUST_POLICY_INVALID, () -> other.requireMayReplace(POLICY));
  }

  @Test
  void publishersAreBoundToTheirPatterns() {
    assertThat(ACME.mayPublish("digits")).isTrue();
    assertThat(ACME.mayPublish("vision-doors")).isTrue();
    assertThat(ACME.mayPublish("digits2")).isFalse();
    assertThat(ACME.mayPublish("vision")).isFalse();
    assertThat(new Publisher("all", PEM, List.of("*")).mayPublish("anything")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a*b", "**", "A", "a b", "*a"})
  void refusesPatternsThatAreNone(String pattern) {
    Refusal.of(ErrorCode.TRUST_POLICY_INVALID, () -> new Publisher("a", PEM, List.of(pattern)));
  }

  @Test
  void refusesRepeatedPublishers() {
    Refusal.of(
        ErrorCode.TRUST_POLICY_INVALID, () -> new TrustPolicy(1, EXPIRES, List.of(ACME, ACME)));
    Refusal.of(ErrorCode.TRUST_POLICY_INVALID, () -> new Publisher("a", PEM, List.of()));
    Refusal.of(ErrorCode.TRUST_POLICY_INVALID, () -> new Publisher(" ", PEM, List.of("a")));
  }

  private static void refused(byte[] envelope, Instant now) {
    Refusal.of(
        ErrorCode.TRUST_POLICY_INVALID,
        () -> TrustPolicies.verify(envelope, ROOT.verifyingKey(), now));
  }
}
