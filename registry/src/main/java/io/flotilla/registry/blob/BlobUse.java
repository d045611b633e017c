package io.flotilla.registry.blob;

import io.flotilla.bundle.Digest;

/**
 * A blob that a record needs.
 *
 * @param digest the blob
 * @param by what needs it, as {@code digits:3} or {@code the dataset digits-live:2}
 */
public record BlobUse(Digest digest, String by) {
  /** What to do about one that is gone, as the end of a sentence. */
  public static final String ADVICE = "; store the same content again, or restore a backup";
}
