package io.flotilla.controller.identity;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.core.DecisionLoop;
import io.flotilla.controller.core.Reason;
import io.flotilla.controller.core.Table;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.device.Labels;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** One-time claims: issued to the operator, used by one device each. */
public final class Claims {
  /** Most claims of one call. */
  public static final int MAX_COUNT = 1000;

  /** Longest life of a claim. */
  public static final Duration MAX_TTL = Duration.ofDays(90);

  private static final Table<ClaimRecord> CLAIMS = Table.of("claim", ClaimRecord.class);

  /** For how long after its expiry a claim is still told apart from an unknown one. */
  private static final Duration REMEMBERED = Duration.ofDays(7);

  private static final int FORGOTTEN_AT_A_TIME = 2 * MAX_COUNT;

  private final DecisionLoop core;
  private final Clock clock;
  private final SecureRandom random;
  private final String fingerprint;

  /**
   * The claims of this controller.
   *
   * @param fingerprint the authority's, for the devices to check
   */
  public Claims(DecisionLoop core, Clock clock, SecureRandom random, String fingerprint) {
    this.core = core;
    this.clock = clock;
    this.random = random;
    this.fingerprint = fingerprint;
  }

  /**
   * Issues claims.
   *
   * @param count 1 to {@link #MAX_COUNT}
   * @param ttl 1 s to {@link #MAX_TTL}
   * @param labels what devices that use them are labelled with
   * @param reason why
   * @return completes with the texts, once they are stored; exceptionally with the store's failure
   * @throws FlotillaException {@code INPUT_INVALID} if something is out of range
   */
  public CompletionStage<List<String>> issue(
      int count, Duration ttl, Map<String, String> labels, Reason reason) {
    if (count < 1 || count > MAX_COUNT) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "count must be 1 to " + MAX_COUNT + ": ask several times");
    }
    if (ttl.toSeconds() < 1 || ttl.compareTo(MAX_TTL) > 0) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "ttlSeconds must be 1 to " + MAX_TTL.toSeconds());
    }
    Labels.require(labels);
    long nowMs = clock.millis();
    long expiresAtMs = nowMs + ttl.toMillis();
    List<ClaimToken> tokens = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      tokens.add(ClaimToken.random(expiresAtMs, fingerprint, random));
    }
    return core.submit(
        tx -> {
          tx.audit(reason.action("claim.issue", "claim", Map.of("count", Integer.toString(count))));
          forget(tx, nowMs - REMEMBERED.toMillis());
          for (ClaimToken token : tokens) {
            tx.put(
                CLAIMS,
                token.id(),
                new ClaimRecord(token.id(), hash(token), expiresAtMs, labels, Optional.empty()));
          }
          return tokens.stream().map(ClaimToken::text).toList();
        });
  }

  private static void forget(Transaction tx, long expiredBeforeMs) {
    String upTo = ClaimToken.sortable(Math.max(0, expiredBeforeMs));
    for (Table.Row<ClaimRecord> row : tx.scan(CLAIMS, "", "", FORGOTTEN_AT_A_TIME)) {
      if (row.id().compareTo(upTo) >= 0) {
        break;
      }
      tx.delete(CLAIMS, row.id());
    }
  }

  /**
   * The record of a claim whose secret is right.
   *
   * @throws FlotillaException {@code CLAIM_UNKNOWN}
   */
  ClaimRecord known(Transaction tx, ClaimToken token) {
    return tx.get(CLAIMS, token.id())
        .filter(claim -> same(claim.secretHash(), hash(token)))
        .orElseThrow(
            () ->
                new FlotillaException(
                    ErrorCode.CLAIM_UNKNOWN,
                    "this controller did not issue this claim: ask its operator for one"));
  }

  /**
   * Refuses a claim that cannot be used any more.
   *
   * @throws FlotillaException {@code CLAIM_USED}, {@code CLAIM_EXPIRED}
   */
  void requireUsable(ClaimRecord claim) {
    if (claim.use().isPresent()) {
      throw new FlotillaException(
          ErrorCode.CLAIM_USED, "this claim has been used already: every device needs its own");
    }
    if (claim.expiresAtMs() <= clock.millis()) {
      throw new FlotillaException(
          ErrorCode.CLAIM_EXPIRED, "this claim has expired: ask the operator for a new one");
    }
  }

  /** Uses a claim up, as a part of the decision. */
  void use(Transaction tx, ClaimRecord claim, ClaimRecord.Use by) {
    tx.put(CLAIMS, claim.id(), claim.usedBy(by));
  }

  private static String hash(ClaimToken token) {
    return Digest.of(token.secret().getBytes(StandardCharsets.US_ASCII)).hex();
  }

  private static boolean same(String stored, String presented) {
    return MessageDigest.isEqual(
        stored.getBytes(StandardCharsets.US_ASCII), presented.getBytes(StandardCharsets.US_ASCII));
  }
}
