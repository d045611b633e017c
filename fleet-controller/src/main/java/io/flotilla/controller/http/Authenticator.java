package io.flotilla.controller.http;

import io.flotilla.controller.access.Caller;
import java.util.Optional;

/** Tells who calls by the bearer token that came with a request. Thread-safe. */
public interface Authenticator {
  /**
   * Whose token this is, as far as this process knows; does not block.
   *
   * @param from the caller's address
   * @param request the request's id
   */
  Optional<Caller> known(String token, String from, String request);

  /** Whether {@link #foreign} could know a token that {@link #known} does not; does not block. */
  boolean mayBeForeign(String token);

  /**
   * Whose token this is, as far as others vouch for it. May block.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code ISSUER_UNREACHABLE}
   */
  Optional<Caller> foreign(String token, String from, String request);
}
