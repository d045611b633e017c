package io.flotilla.bundle;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * A SHA-256 digest (FIPS 180-4), the identity of bundles, archives, chunks and blobs.
 *
 * @param hex 64 lower-case hexadecimal digits
 */
public record Digest(String hex) implements Comparable<Digest> {
  /** Length of the raw digest in bytes. */
  public static final int BYTES = 32;

  private static final Pattern FORM = Pattern.compile("[0-9a-f]{64}");
  private static final String PREFIX = "sha256:";
  private static final int BUFFER_BYTES = 1 << 16;

  /**
   * Checks the form.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if {@code hex} is not 64 lower-case digits
   */
  public Digest {
    if (!FORM.matcher(hex).matches()) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "not a SHA-256 digest in hex: " + Printable.of(hex));
    }
  }

  /** The digest of these bytes. */
  public static Digest of(byte[] content) {
    return ofRaw(newSha256().digest(content));
  }

  /** The digest whose 32 raw bytes these are. */
  public static Digest ofRaw(byte[] raw) {
    return new Digest(HexFormat.of().formatHex(raw));
  }

  /**
   * The digest of a file's content, read once in 64 KiB pieces.
   *
   * @throws IOException if the file cannot be read
   */
  public static Digest ofFile(Path file) throws IOException {
    MessageDigest sha256 = newSha256();
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        sha256.update(buffer, 0, n);
      }
    }
    return ofRaw(sha256.digest());
  }

  /**
   * Reads {@code sha256:<hex>} or the bare hexadecimal form.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if it is neither
   */
  public static Digest parse(String text) {
    return new Digest(text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : text);
  }

  /** A fresh SHA-256, which every Java platform must have. */
  public static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** The 32 raw bytes. */
  public byte[] raw() {
    return HexFormat.of().parseHex(hex);
  }

  /** The first 12 digits, for people. */
  public String abbreviated() {
    return hex.substring(0, 12);
  }

  @Override
  public int compareTo(Digest other) {
    return hex.compareTo(other.hex);
  }

  /** {@code sha256:<hex>}. */
  @Override
  public String toString() {
    return PREFIX + hex;
  }
}
