package io.flotilla.controller.operator;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.access.Grant;
import io.flotilla.controller.device.Selector;
import io.flotilla.controller.http.RateLimits;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who is let in beside operators with tokens, and how often anybody may ask.
 *
 * @param issuer another issuer whose signed tokens are taken; empty for none
 * @param limits how often anybody may ask
 */
public record AccessPolicy(Optional<Issuer> issuer, RateLimits limits) {
  /** No other issuer, the default limits. */
  public static final AccessPolicy DEFAULT = new AccessPolicy(Optional.empty(), RateLimits.DEFAULT);

  /**
   * An issuer of JSON Web Tokens (RFC 7519), such as an OpenID Connect provider. Tokens are taken
   * if they are signed with RS256 or ES256 by one of its present keys, come from this issuer, are
   * meant for this audience, and have not expired.
   *
   * @param issuer the exact value of {@code iss}
   * @param audience what {@code aud} must have
   * @param keys where its keys are (RFC 7517); https, or http on this machine
   * @param nameClaim which claim names the caller, such as {@code sub}
   * @param rolesClaim which claim has the values that {@code roles} explains
   * @param roles what each value of that claim may do; values that are not in it grant nothing
   */
  public record Issuer(
      String issuer,
      String audience,
      URI keys,
      String nameClaim,
      String rolesClaim,
      Map<String, List<Grant>> roles) {
    private static final List<String> LOCAL = List.of("127.0.0.1", "localhost", "[::1]");

    /**
     * Checks the address and the selectors, and copies the map.
     *
     * @throws FlotillaException {@code CONFIGURATION_INVALID}; {@code SELECTOR_INVALID}
     */
    public Issuer {
      roles = Map.copyOf(roles);
      boolean secret = "https".equals(keys.getScheme());
      boolean local = "http".equals(keys.getScheme()) && LOCAL.contains(keys.getHost());
      if (!secret && !local) {
        throw invalid("the address of an issuer's keys is https, or http on this machine");
      }
      if (issuer.isBlank() || audience.isBlank()) {
        throw invalid("an issuer has a name (iss) and an audience (aud)");
      }
      roles
          .values()
          .forEach(grants -> grants.forEach(g -> Selector.parse(g.devices()).requireLabelsOnly()));
    }
  }

  private static FlotillaException invalid(String message) {
    return new FlotillaException(ErrorCode.CONFIGURATION_INVALID, message);
  }
}
