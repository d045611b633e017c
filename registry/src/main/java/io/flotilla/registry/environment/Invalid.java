package io.flotilla.registry.environment;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;

/** The border guard of environments. */
final class Invalid {
  private Invalid() {}

  static void unless(boolean holds, String sentence) {
    if (!holds) {
      throw new FlotillaException(ErrorCode.ENVIRONMENT_INVALID, sentence);
    }
  }

  /** Whether a text has 1 to {@code most} characters, all of them printable. */
  static boolean plain(String text, int most) {
    return !text.isEmpty()
        && text.length() <= most
        && text.chars().noneMatch(Character::isISOControl);
  }
}
