package io.flotilla.bundle.manifest;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;

/** The border guard of the manifest's records. */
final class Invalid {
  private Invalid() {}

  static void unless(boolean holds, String sentence) {
    if (!holds) {
      throw new FlotillaException(ErrorCode.MANIFEST_INVALID, sentence);
    }
  }
}
