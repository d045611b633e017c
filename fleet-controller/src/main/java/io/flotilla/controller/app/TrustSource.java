package io.flotilla.controller.app;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.signing.TrustPolicies;
import io.flotilla.bundle.signing.VerifyingKey;
import io.flotilla.bundle.trust.TrustPolicy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The operator's trust policy, read and verified each time it is asked for, so that a new one holds
 * at once. The root key is read once, and an older policy never replaces a newer one.
 */
final class TrustSource implements Supplier<TrustPolicy> {
  private static final int MAX_BYTES = 1 << 20;

  private final Path policy;
  private final VerifyingKey root;
  private final Clock clock;

  /** The newest policy seen; guarded by this. */
  private @Nullable TrustPolicy newest;

  /** Reads both files; throws as {@link #get}. */
  TrustSource(Path folder, Clock clock) {
    this.policy = folder.resolve(ControllerConfig.TRUST_POLICY);
    this.root =
        VerifyingKey.parsePem(
            new String(
                read(folder.resolve(ControllerConfig.TRUST_ROOT)), StandardCharsets.US_ASCII));
    this.clock = clock;
    get();
  }

  /**
   * The policy of the moment.
   *
   * @throws FlotillaException {@code TRUST_POLICY_INVALID}; {@code FILE_MISSING}
   */
  @Override
  public synchronized TrustPolicy get() {
    TrustPolicy read = TrustPolicies.verify(read(policy), root, clock.instant());
    TrustPolicy before = newest;
    if (before != null && !before.equals(read)) {
      read.requireMayReplace(before);
    }
    newest = read;
    return read;
  }

  private static byte[] read(Path file) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new FlotillaException(
            ErrorCode.TRUST_POLICY_INVALID, file + " is over %d bytes".formatted(MAX_BYTES));
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new FlotillaException(ErrorCode.FILE_MISSING, file + " cannot be read", e);
    }
  }
}
