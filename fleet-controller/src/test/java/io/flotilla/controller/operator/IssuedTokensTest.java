package io.flotilla.controller.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.access.Caller;
import io.flotilla.controller.access.Grant;
import io.flotilla.controller.access.Permission;
import io.flotilla.controller.access.Role;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class IssuedTokensTest {
  private final TestIssuer issuer = new TestIssuer();
  private final IssuedTokens tokens =
      new IssuedTokens(
          new AccessPolicy.Issuer(
              issuer.name(),
              TestIssuer.AUDIENCE,
              issuer.keys(),
              "sub",
              "roles",
              Map.of("ml-ops", List.of(Grant.everywhere(Role.OPERATOR)))));

  @AfterEach
  void close() {
    issuer.close();
  }

  private Optional<Caller> present(String token) {
    return tokens.caller(token, "127.0.0.1", "request");
  }

  @Test
  void aTokenOfTheIssuerGivesTheGrantsOfItsRoles() {
    Caller caller = present(issuer.sign(issuer.claims().build())).orElseThrow();

    assertThat(caller.name()).isEqualTo("issuer:anna");
    assertThat(caller.may(Permission.ROLLOUT_WRITE)).isTrue();
    assertThat(caller.may(Permission.ADMIN)).isFalse();
  }

  @Test
  void aRoleThatNobodyExplainedGrantsNothing() {
    Caller caller =
        present(issuer.sign(issuer.claims().claim("roles", List.of("admin")).build()))
            .orElseThrow();

    assertThat(caller.grants()).isEmpty();
    assertThat(caller.may(Permission.READ)).isFalse();
  }

  @Test
  void keysAreAskedForOnceAndAgainWhenTheIssuerHasNewOnes() {
    assertThat(present(issuer.sign(issuer.claims().build()))).isPresent();
    assertThat(present(issuer.sign(issuer.claims().build()))).isPresent();
    assertThat(issuer.timesAsked()).isEqualTo(1);

    issuer.rotate();

    assertThat(present(issuer.sign(issuer.claims().build()))).isPresent();
    assertThat(issuer.timesAsked()).isEqualTo(2);
  }

  @Test
  void anExpiredTokenIsRefused() {
    Date past = Date.from(Clock.systemUTC().instant().minusSeconds(300));

    assertThat(present(issuer.sign(issuer.claims().expirationTime(past).build()))).isEmpty();
  }

  @Test
  void aTokenThatNeverExpiresIsRefused() {
    assertThat(present(issuer.sign(issuer.claims().expirationTime(null).build()))).isEmpty();
  }

  @Test
  void aTokenForSomebodyElseIsRefused() {
    assertThat(present(issuer.sign(issuer.claims().audience("billing").build()))).isEmpty();
  }

  @Test
  void aTokenThatNamesAnotherIssuerIsRefused() {
    assertThat(present(issuer.sign(issuer.claims().issuer("https://evil.example").build())))
        .isEmpty();
  }

  @Test
  void aTokenSignedByAnotherKeyOfTheSameNameIsRefused() throws Exception {
    var other = new ECKeyGenerator(Curve.P_256).keyID("first").generate();

    assertThat(present(TestIssuer.sign(issuer.claims().build(), other))).isEmpty();
  }

  @Test
  void aTokenWithoutASignatureIsRefused() {
    JWTClaimsSet claims = issuer.claims().build();

    assertThat(present(new PlainJWT(claims).serialize())).isEmpty();
  }

  @Test
  void thePublicKeyTakenForASharedSecretIsRefused() throws Exception {
    SignedJWT token =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("first").build(),
            issuer.claims().build());
    token.sign(new MACSigner(issuer.publicKey().toJSONString().getBytes(StandardCharsets.UTF_8)));

    assertThat(present(token.serialize())).isEmpty();
  }

  @Test
  void anIssuerThatIsAwayIsNamed() {
    String token = issuer.sign(issuer.claims().build());
    issuer.close();

    assertThatThrownBy(() -> present(token))
        .isInstanceOf(FlotillaException.class)
        .extracting(e -> ((FlotillaException) e).code())
        .isEqualTo(ErrorCode.ISSUER_UNREACHABLE);
  }
}
