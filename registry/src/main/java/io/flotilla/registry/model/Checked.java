package io.flotilla.registry.model;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.manifest.Manifest;
import java.util.Optional;

/**
 * What verification said of a bundle.
 *
 * @param digest root digest of its content
 * @param manifest what it says about itself
 * @param publisher who signed it; empty if not verified
 * @param refusal why it is not verified; empty if it is
 */
record Checked(
    Digest digest, Manifest manifest, Optional<String> publisher, Optional<ErrorCode> refusal) {
  boolean verified() {
    return refusal.isEmpty();
  }
}
