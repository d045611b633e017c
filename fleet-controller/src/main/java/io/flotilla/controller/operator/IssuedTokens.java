package io.flotilla.controller.operator;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import io.flotilla.controller.access.Caller;
import io.flotilla.controller.access.Grant;
import java.net.MalformedURLException;
import java.text.ParseException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Takes the JSON Web Tokens of another issuer. May wait for its keys; thread-safe. */
final class IssuedTokens {
  private static final int CONNECT_MILLIS = 3_000;
  private static final int READ_MILLIS = 3_000;
  private static final int MAX_KEYS_BYTES = 1 << 18;
  private static final int MAX_NAME = 64;

  private final AccessPolicy.Issuer issuer;
  private final DefaultJWTProcessor<SecurityContext> processor;

  IssuedTokens(AccessPolicy.Issuer issuer) {
    this.issuer = issuer;
    this.processor = new DefaultJWTProcessor<>();
    processor.setJWSKeySelector(
        new JWSVerificationKeySelector<>(
            Set.of(JWSAlgorithm.RS256, JWSAlgorithm.ES256), keys(issuer)));
    processor.setJWTClaimsSetVerifier(
        new DefaultJWTClaimsVerifier<>(
            Collections.singleton(issuer.audience()), // it is asked for null, too
            new JWTClaimsSet.Builder().issuer(issuer.issuer()).build(),
            Set.of("exp", issuer.nameClaim()),
            Set.of()));
  }

  /** Keys are kept for five minutes, and asked for again when a token names an unknown one. */
  private static JWKSource<SecurityContext> keys(AccessPolicy.Issuer issuer) {
    try {
      return JWKSourceBuilder.<SecurityContext>create(
              issuer.keys().toURL(),
              new DefaultResourceRetriever(CONNECT_MILLIS, READ_MILLIS, MAX_KEYS_BYTES))
          .retrying(true)
          .build();
    } catch (MalformedURLException e) {
      throw new FlotillaException(
          ErrorCode.CONFIGURATION_INVALID, "the address of the issuer's keys is malformed", e);
    }
  }

  /** Whether a text has the form of such a token, whoever made it. */
  static boolean looksLikeOne(String text) {
    return text.startsWith("ey") && text.chars().filter(c -> c == '.').count() == 2;
  }

  /**
   * Who presents this token; empty if it does not count.
   *
   * @throws FlotillaException {@code ISSUER_UNREACHABLE} if its keys cannot be had
   */
  Optional<Caller> caller(String token, String from, String request) {
    try {
      JWTClaimsSet claims = processor.process(token, null);
      String name = claims.getStringClaim(issuer.nameClaim());
      if (name == null || name.isBlank() || name.length() > MAX_NAME) {
        return Optional.empty();
      }
      return Optional.of(
          // The prefix keeps foreign names apart from accounts of this controller.
          new Caller("issuer:" + Printable.of(name), from, request, grants(claims)));
    } catch (KeySourceException e) {
      throw new FlotillaException(
          ErrorCode.ISSUER_UNREACHABLE,
          "the keys of %s cannot be had: try again later".formatted(issuer.issuer()),
          e);
    } catch (ParseException | BadJOSEException | JOSEException e) {
      return Optional.empty();
    }
  }

  private List<Grant> grants(JWTClaimsSet claims) throws ParseException {
    Object value = claims.getClaim(issuer.rolesClaim());
    List<String> roles =
        switch (value) {
          case null -> List.of();
          case String one -> List.of(one.split(" "));
          default -> claims.getStringListClaim(issuer.rolesClaim());
        };
    return roles.stream()
        .flatMap(role -> issuer.roles().getOrDefault(role, List.of()).stream())
        .distinct()
        .toList();
  }
}
