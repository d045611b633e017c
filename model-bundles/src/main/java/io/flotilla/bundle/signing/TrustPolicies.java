package io.flotilla.bundle.signing;

import io.flotilla.bundle.codec.TrustPolicyCodec;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.trust.Publisher;
import io.flotilla.bundle.trust.TrustPolicy;
import java.time.Instant;
import java.util.List;

/** Signs and verifies trust policies. */
public final class TrustPolicies {
  /** DSSE payload type of a trust policy. */
  public static final String PAYLOAD_TYPE = "application/vnd.flotilla.trust.v1+json";

  private TrustPolicies() {}

  /**
   * Signs a policy with the root key.
   *
   * @return a DSSE envelope, JSON in UTF-8
   * @throws FlotillaException {@code TRUST_POLICY_INVALID} if a publisher's key is none
   */
  public static byte[] sign(TrustPolicy policy, SigningKey root) {
    policy.publishers().forEach(TrustPolicies::keyOf);
    return Dsse.sign(PAYLOAD_TYPE, TrustPolicyCodec.encode(policy), root);
  }

  /**
   * Verifies a policy. Whoever holds an earlier one must also ask {@link
   * TrustPolicy#requireMayReplace}.
   *
   * @param envelope what {@link #sign} gave
   * @param root the pinned root key
   * @param now the present
   * @throws FlotillaException {@code TRUST_POLICY_INVALID} if it is not signed by the root key,
   *     malformed or expired, or a publisher's key is none
   */
  public static TrustPolicy verify(byte[] envelope, VerifyingKey root, Instant now) {
    byte[] payload;
    try {
      payload = Dsse.verify(envelope, PAYLOAD_TYPE, List.of(root));
    } catch (FlotillaException e) {
      throw new FlotillaException(
          ErrorCode.TRUST_POLICY_INVALID,
          "the trust policy is not signed by its root: " + e.getMessage(),
          e);
    }
    TrustPolicy policy = TrustPolicyCodec.decode(payload);
    policy.publishers().forEach(TrustPolicies::keyOf);
    policy.requireValidAt(now);
    return policy;
  }

  static VerifyingKey keyOf(Publisher publisher) {
    try {
      return VerifyingKey.parsePem(publisher.keyPem());
    } catch (FlotillaException e) {
      throw new FlotillaException(
          ErrorCode.TRUST_POLICY_INVALID,
          "the key of publisher %s is none: %s".formatted(publisher.name(), e.getMessage()),
          e);
    }
  }
}
