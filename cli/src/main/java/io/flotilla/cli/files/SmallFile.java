package io.flotilla.cli.files;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that is read whole: contexts, claims, keys, pipelines, golden vectors. */
public final class SmallFile {
  /** Most bytes of a text file: 1 MiB. */
  public static final int MAX_TEXT_BYTES = 1 << 20;

  private SmallFile() {}

  /**
   * The bytes of a file that may also be endless, such as a device.
   *
   * @param maxBytes most bytes accepted
   * @throws FlotillaException {@code FILE_MISSING} if it cannot be read, {@code REQUEST_TOO_LARGE}
   *     if it has more
   */
  public static byte[] bytes(Path file, int maxBytes) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(maxBytes + 1);
      if (content.length > maxBytes) {
        throw new FlotillaException(
            ErrorCode.REQUEST_TOO_LARGE,
            "%s is larger than the %d bytes that such a file may have".formatted(file, maxBytes));
      }
      return content;
    } catch (IOException e) {
      throw new FlotillaException(ErrorCode.FILE_MISSING, "there is no readable file " + file, e);
    }
  }

  /**
   * A text in UTF-8 of at most {@link #MAX_TEXT_BYTES}.
   *
   * @throws FlotillaException as {@link #bytes}; {@code INPUT_INVALID} if it is not UTF-8
   */
  public static String text(Path file) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes(file, MAX_TEXT_BYTES)))
          .toString();
    } catch (CharacterCodingException e) {
      throw new FlotillaException(ErrorCode.INPUT_INVALID, file + " is not a text file", e);
    }
  }
}
