package io.flotilla.bundle.signing;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.archive.ArchivedBundle;
import io.flotilla.bundle.manifest.Manifest;

/**
 * A bundle that passed {@link BundleVerifier#verify} in its archive.
 *
 * @param bundle where it lies; whoever can write there can change it afterwards
 * @param digest its identity: the root digest of the signed statement
 * @param manifest what it says about itself
 * @param publisher who signed it, by the name of the trust policy
 */
public record VerifiedArchive(
    ArchivedBundle bundle, Digest digest, Manifest manifest, String publisher) {}
