package io.flotilla.agent.deployment;

import io.flotilla.agent.store.AgentFiles;
import io.flotilla.agent.store.AgentStore;
import io.flotilla.agent.store.Changes;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.signing.TrustPolicies;
import io.flotilla.bundle.signing.VerifyingKey;
import io.flotilla.bundle.trust.TrustPolicy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * The trust policy that the device's owner installed, never the controller: {@code root.pem} and
 * {@code trust.json}. Read anew for every verification, so that the owner can replace it; a policy
 * older than one accepted before is refused. Thread-safe.
 */
public final class TrustFolder {
  /** The pinned root key, PEM. */
  public static final String ROOT_FILE = "root.pem";

  /** The signed policy. */
  public static final String POLICY_FILE = "trust.json";

  private static final String ACCEPTED = "trust/accepted";

  private final Path folder;
  private final AgentStore store;

  /** The policy in a folder, with the memory of those accepted before in a store. */
  public TrustFolder(Path folder, AgentStore store) {
    this.folder = folder;
    this.store = store;
  }

  /**
   * The policy.
   *
   * @param at when it must be valid
   * @throws FlotillaException {@code TRUST_POLICY_INVALID} if it or its root key is missing,
   *     malformed, expired, rolled back or not signed by the root key
   */
  public synchronized TrustPolicy policy(Instant at) {
    byte[] envelope;
    VerifyingKey root;
    try {
      root =
          VerifyingKey.parsePem(
              new String(AgentFiles.read(folder.resolve(ROOT_FILE)), StandardCharsets.ISO_8859_1));
      envelope = AgentFiles.read(folder.resolve(POLICY_FILE));
    } catch (FlotillaException e) {
      throw new FlotillaException(
          ErrorCode.TRUST_POLICY_INVALID,
          "no trust policy in %s: %s".formatted(folder, e.getMessage()),
          e);
    }
    TrustPolicy policy = TrustPolicies.verify(envelope, root, at);
    Optional<byte[]> accepted = store.value(ACCEPTED);
    if (accepted.isPresent() && !Arrays.equals(accepted.get(), envelope)) {
      accepted(accepted.get(), root).ifPresent(policy::requireMayReplace);
    }
    if (accepted.isEmpty() || !Arrays.equals(accepted.get(), envelope)) {
      store.write(new Changes().put(ACCEPTED, envelope));
    }
    return policy;
  }

  /** The policy accepted before; empty if it was under another root, which the owner replaced. */
  private static Optional<TrustPolicy> accepted(byte[] envelope, VerifyingKey root) {
    try {
      return Optional.of(TrustPolicies.verify(envelope, root, Instant.EPOCH));
    } catch (FlotillaException e) {
      return Optional.empty();
    }
  }
}
