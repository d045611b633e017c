package io.flotilla.bundle.signing;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Textual encoding of keys (RFC 7468). */
final class Pem {
  static final String PUBLIC_KEY = "PUBLIC KEY";
  static final String PRIVATE_KEY = "PRIVATE KEY";

  /** Most characters of a PEM file. */
  static final int MAX_CHARS = 64 * 1024;

  private static final int LINE_CHARS = 64;

  private Pem() {}

  /** The strict form: lines of 64 characters, each ended by a line feed. */
  static String encode(String label, byte[] der) {
    String body =
        Base64.getMimeEncoder(LINE_CHARS, "\n".getBytes(StandardCharsets.US_ASCII))
            .encodeToString(der);
    return begin(label) + "\n" + body + "\n" + end(label) + "\n";
  }

  /**
   * The first block of this label; text before and after it is ignored.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if there is none or it is not base64; the text
   *     itself is never in the message
   */
  static byte[] decode(String label, String text) {
    int begin = text.indexOf(begin(label));
    int end = begin < 0 ? -1 : text.indexOf(end(label), begin);
    if (text.length() > MAX_CHARS || end < 0) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "this is no PEM file with a block \"%s\"".formatted(label));
    }
    String body = text.substring(begin + begin(label).length(), end);
    try {
      return Base64.getDecoder().decode(body.replaceAll("\\s", ""));
    } catch (IllegalArgumentException e) {
      // The cause is left out on purpose: its message quotes characters of the key.
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "the PEM block \"%s\" is not base64".formatted(label));
    }
  }

  private static String begin(String label) {
    return "-----BEGIN " + label + "-----";
  }

  private static String end(String label) {
    return "-----END " + label + "-----";
  }
}
