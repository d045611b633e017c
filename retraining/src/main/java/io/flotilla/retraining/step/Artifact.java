package io.flotilla.retraining.step;

import io.flotilla.bundle.Digest;
import java.nio.file.Path;

/**
 * What a step takes or made.
 *
 * @param path a file or a folder; never changed
 * @param digest of its content
 */
public record Artifact(Path path, Digest digest) {}
