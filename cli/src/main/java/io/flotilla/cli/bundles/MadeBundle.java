package io.flotilla.cli.bundles;

import io.flotilla.bundle.manifest.Manifest;

/**
 * A bundle that was made and run once, unsigned.
 *
 * @param manifest what it says about itself
 * @param goldenCases number of golden cases
 * @param goldenOrigin where they come from
 */
public record MadeBundle(Manifest manifest, int goldenCases, GoldenOrigin goldenOrigin) {}
