package io.flotilla.bundle.trust;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Who may publish which models.
 *
 * @param version counts up with every change, from 1; a device never goes back
 * @param expires not valid from this moment on
 * @param publishers at most 256, names and keys distinct; nobody may publish if empty
 */
public record TrustPolicy(int version, Instant expires, List<Publisher> publishers) {
  private static final int MAX_PUBLISHERS = 256;

  /**
   * Checks version and repetitions.
   *
   * @throws FlotillaException {@code TRUST_POLICY_INVALID} if the version is below 1, there are too
   *     many publishers, or two share a name or a key
   */
  public TrustPolicy {
    publishers = List.copyOf(publishers);
    if (version < 1) {
      throw invalid("a trust policy counts its versions from 1, not " + version);
    }
    if (publishers.size() > MAX_PUBLISHERS) {
      throw invalid("a trust policy has at most " + MAX_PUBLISHERS + " publishers");
    }
    Set<String> names = new HashSet<>();
    Set<String> keys = new HashSet<>();
    for (Publisher publisher : publishers) {
      if (!names.add(publisher.name()) || !keys.add(publisher.keyPem())) {
        throw invalid("a trust policy names publisher %s twice".formatted(publisher.name()));
      }
    }
  }

  /**
   * Checks that the policy is still valid.
   *
   * @throws FlotillaException {@code TRUST_POLICY_INVALID} from the moment of expiry on
   */
  public void requireValidAt(Instant now) {
    if (!now.isBefore(expires)) {
      throw invalid(
          "the trust policy (version %d) expired at %s; ask its owner for a newer one"
              .formatted(version, expires));
    }
  }

  /**
   * Checks that this policy may take the place of another.
   *
   * @throws FlotillaException {@code TRUST_POLICY_INVALID} if its version is lower, or the same
   *     with other content
   */
  public void requireMayReplace(TrustPolicy current) {
    if (version < current.version || (version == current.version && !equals(current))) {
      throw invalid(
          "trust policy version %d may not replace version %d (rollback)"
              .formatted(version, current.version));
    }
  }

  private static FlotillaException invalid(String sentence) {
    return new FlotillaException(ErrorCode.TRUST_POLICY_INVALID, sentence);
  }
}
