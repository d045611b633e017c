package io.flotilla.bundle.signing;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.manifest.Manifest;
import java.util.Optional;

/**
 * What a bundle claims, unverified: to show to people, never to act upon.
 *
 * @param digest the root digest of the files that are there
 * @param manifest what it says about itself
 * @param claimedKeyId id of the key that it says to be signed by; empty if it is not signed, its
 *     signature cannot be read, or names no key
 */
public record InspectedBundle(Digest digest, Manifest manifest, Optional<String> claimedKeyId) {}
