package io.flotilla.controller.operator;

import io.flotilla.bundle.Digest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A token of an operator, as it is stored: without its secret, of which a SHA-256 suffices because
 * it is 256 random bits.
 *
 * @param id 16 hexadecimal digits; not secret
 * @param operator whose it is
 * @param hash SHA-256 of the whole token, in hexadecimal
 * @param description what it is for
 * @param createdAtMs Unix time in milliseconds
 * @param expiresAtMs Unix time in milliseconds from which it is worth nothing
 * @param revokedAtMs Unix time in milliseconds; 0 if it is not revoked
 */
public record ApiToken(
    String id,
    String operator,
    String hash,
    String description,
    long createdAtMs,
    long expiresAtMs,
    long revokedAtMs) {
  /** What every token begins with, so that scanners for leaked secrets can tell it. */
  public static final String PREFIX = "flt_";

  private static final int ID_BYTES = 8;
  private static final int SECRET_BYTES = 32;
  private static final Pattern FORM = Pattern.compile(PREFIX + "([0-9a-f]{16})_[A-Za-z0-9_-]{43}");

  /** A fresh token's text: {@code flt_ID_SECRET}. */
  static String generate(SecureRandom random) {
    byte[] id = new byte[ID_BYTES];
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(id);
    random.nextBytes(secret);
    return PREFIX
        + HexFormat.of().formatHex(id)
        + "_"
        + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
  }

  /** The id within a token's text; empty if it is not one of ours. */
  static Optional<String> idOf(String text) {
    var matcher = FORM.matcher(text);
    return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  static String hashOf(String text) {
    return HexFormat.of().formatHex(digest(text));
  }

  private static byte[] digest(String text) {
    return Digest.of(text.getBytes(StandardCharsets.UTF_8)).raw();
  }

  /** Whether this text is the token, and it counts at this time; compares in constant time. */
  boolean accepts(String text, long nowMs) {
    boolean same = MessageDigest.isEqual(HexFormat.of().parseHex(hash), digest(text));
    return same && revokedAtMs == 0 && nowMs < expiresAtMs;
  }

  ApiToken revoked(long nowMs) {
    return new ApiToken(id, operator, hash, description, createdAtMs, expiresAtMs, nowMs);
  }
}
