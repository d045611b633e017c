package io.flotilla.registry.blob;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.IOException;
import java.util.Locale;

/** Turns what the file system says into codes. */
public final class StoreFailures {
  private StoreFailures() {}

  /**
   * The failure to report.
   *
   * @param what what could not be done, as the beginning of a sentence
   * @return {@code DISK_FULL} if no space or quota is left, else {@code STORE_FAILED}
   */
  public static FlotillaException of(String what, IOException e) {
    String detail = String.valueOf(e.getMessage());
    String lower = detail.toLowerCase(Locale.ROOT);
    if (lower.contains("no space left") || lower.contains("quota exceeded")) {
      return new FlotillaException(
          ErrorCode.DISK_FULL, what + ": no space is left, free some and try again", e);
    }
    return new FlotillaException(ErrorCode.STORE_FAILED, what + ": " + detail, e);
  }
}
