package io.flotilla.controller.operator;

import io.flotilla.controller.access.Caller;
import io.flotilla.controller.http.Authenticator;
import java.time.Clock;
import java.util.Optional;

/** Tells callers by what they present: the local admin's token, an operator's, an issuer's. */
public final class Entrance implements Authenticator {
  private final LocalAdmin admin;
  private final Operators operators;
  private final Optional<IssuedTokens> issued;
  private final Clock clock;

  /** An entrance for these. */
  public Entrance(LocalAdmin admin, Operators operators, AccessPolicy policy, Clock clock) {
    this.admin = admin;
    this.operators = operators;
    this.issued = policy.issuer().map(IssuedTokens::new);
    this.clock = clock;
  }

  @Override
  public Optional<Caller> known(String token, String from, String request) {
    if (admin.token().test(token)) {
      return Optional.of(admin.caller(from, request));
    }
    return operators
        .holder(token, clock.millis())
        .map(account -> new Caller(account.name(), from, request, account.grants()));
  }

  @Override
  public boolean mayBeForeign(String token) {
    return issued.isPresent() && IssuedTokens.looksLikeOne(token);
  }

  @Override
  public Optional<Caller> foreign(String token, String from, String request) {
    return issued.flatMap(tokens -> tokens.caller(token, from, request));
  }
}
