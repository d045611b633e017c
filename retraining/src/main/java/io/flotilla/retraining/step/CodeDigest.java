package io.flotilla.retraining.step;

import io.flotilla.bundle.Digest;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.CodeSource;

/**
 * Identifies the code that carries out steps: this module's own classes, the libraries that train
 * and score by their versions, and the Java release.
 */
public final class CodeDigest {
  private CodeDigest() {}

  /**
   * The digest.
   *
   * @param runtimeVersion version of the runtime that scores
   * @throws IOException if the classes cannot be read
   */
  public static Digest of(String runtimeVersion) throws IOException {
    String text =
        String.join(
            "\n",
            TreeDigest.of(location()).hex(),
            org.tribuo.Tribuo.VERSION,
            runtimeVersion,
            Integer.toString(Runtime.version().feature()));
    return Digest.of(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Path location() throws IOException {
    CodeSource source = CodeDigest.class.getProtectionDomain().getCodeSource();
    if (source == null) {
      throw new IOException("the code of the steps has no place on the disk");
    }
    try {
      return Path.of(source.getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IOException("the code of the steps lies at no path", e);
    }
  }
}
