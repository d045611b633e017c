package io.flotilla.cli.child;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.net.URISyntaxException;
import java.nio.file.Path;

/** Where this program was started from. */
final class Distribution {
  private Distribution() {}

  /**
   * The jar that starts every flotilla process.
   *
   * @throws FlotillaException {@code CONFIGURATION_INVALID} if the classes were not started from it
   */
  static Path jar() {
    Path origin;
    try {
      origin =
          Path.of(Distribution.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("a code source is a URI", e);
    }
    if (!origin.toString().endsWith(".jar")) {
      throw new FlotillaException(
          ErrorCode.CONFIGURATION_INVALID,
          "this command starts further processes from its own jar: run it through ./flotilla");
    }
    return origin;
  }
}
