package io.flotilla.registry.model;

import io.flotilla.bundle.chunk.ChunkTable;
import io.flotilla.bundle.trust.TrustPolicy;
import java.util.function.Supplier;

/**
 * What may be registered.
 *
 * @param trust gives the trust policy of the moment, itself verified
 * @param acceptUnverified drill mode: bundles that fail verification are registered all the same,
 *     marked as unverified and never inspected, so that a drill can show that devices refuse them
 *     by themselves; off by default
 * @param maxArchiveBytes largest archive, from 1 to {@link ChunkTable#MAX_ARCHIVE_BYTES}
 * @param inspector looks into what was verified
 */
public record RegistrationPolicy(
    Supplier<TrustPolicy> trust,
    boolean acceptUnverified,
    long maxArchiveBytes,
    BundleInspector inspector) {
  /** Checks the limit. */
  public RegistrationPolicy {
    if (maxArchiveBytes < 1 || maxArchiveBytes > ChunkTable.MAX_ARCHIVE_BYTES) {
      throw new IllegalArgumentException(
          "an archive may have 1 to %d bytes".formatted(ChunkTable.MAX_ARCHIVE_BYTES));
    }
  }

  /** Verified bundles only, of up to 512 MiB, not inspected. */
  public static RegistrationPolicy strict(Supplier<TrustPolicy> trust) {
    return new RegistrationPolicy(trust, false, 512L << 20, BundleInspector.NONE);
  }
}
