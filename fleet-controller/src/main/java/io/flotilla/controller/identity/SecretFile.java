package io.flotilla.controller.identity;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;

/** A file of random bytes that is made once and kept. */
public final class SecretFile {
  private SecretFile() {}

  /**
   * Reads the file, or makes it if it is not there.
   *
   * @param bytes how many there are
   * @throws FlotillaException {@code CONFIGURATION_INVALID} if others could read it, or it is not
   *     of that length; {@code STORAGE_FAILED}
   */
  public static byte[] readOrMake(Path file, int bytes, SecureRandom random) {
    try {
      if (!Files.exists(file)) {
        byte[] fresh = new byte[bytes];
        random.nextBytes(fresh);
        PrivateFiles.writeSecret(file, fresh);
      }
      byte[] secret = PrivateFiles.readSecret(file);
      if (secret.length != bytes) {
        throw new FlotillaException(
            ErrorCode.CONFIGURATION_INVALID, "%s does not have %d bytes".formatted(file, bytes));
      }
      return secret;
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.STORAGE_FAILED, "%s cannot be read or made".formatted(file), e);
    }
  }
}
