package io.flotilla.bundle.signing;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.manifest.Manifest;
import java.nio.file.Path;

/**
 * A bundle that passed {@link BundleVerifier#verify}.
 *
 * @param directory its folder; whoever can write there can change it afterwards
 * @param digest its identity: the root digest of the signed statement
 * @param manifest what it says about itself
 * @param publisher who signed it, by the name of the trust policy
 */
public record VerifiedBundle(Path directory, Digest digest, Manifest manifest, String publisher) {}
