package io.flotilla.controller.identity;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text of a claim: {@code flc1.<id>.<secret>.<fingerprint>}. Whoever holds it can enrol one
 * device, once; it also tells the device which authority to expect.
 *
 * @param id 27 hexadecimal digits; begins with the expiry, so that claims sort by it
 * @param secret 32 random bytes in Base64url without padding
 * @param fingerprint SHA-256 of the authority's certificate, 64 hexadecimal digits
 */
record ClaimToken(String id, String secret, String fingerprint) {
  private static final int SECRET_BYTES = 32;
  private static final int SALT_BYTES = 8;
  private static final Pattern FORM =
      Pattern.compile("flc1\\.([0-9a-f]{27})\\.([A-Za-z0-9_-]{43})\\.([0-9a-f]{64})");

  /** A new claim. */
  static ClaimToken random(long expiresAtMs, String fingerprint, SecureRandom random) {
    byte[] salt = new byte[SALT_BYTES];
    random.nextBytes(salt);
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(secret);
    return new ClaimToken(
        sortable(expiresAtMs) + HexFormat.of().formatHex(salt),
        Base64.getUrlEncoder().withoutPadding().encodeToString(secret),
        fingerprint);
  }

  /** What the id of a claim that expires then begins with. */
  static String sortable(long expiresAtMs) {
    return String.format(Locale.ROOT, "%011x", expiresAtMs);
  }

  /**
   * Reads the text.
   *
   * @throws FlotillaException {@code CLAIM_UNKNOWN} if it is no claim
   */
  static ClaimToken parse(String text) {
    Matcher form = FORM.matcher(text.strip());
    if (!form.matches()) {
      throw new FlotillaException(
          ErrorCode.CLAIM_UNKNOWN, "this is not a claim: it begins with flc1. and has four parts");
    }
    return new ClaimToken(form.group(1), form.group(2), form.group(3));
  }

  /** The text for people to carry. */
  String text() {
    return "flc1." + id + "." + secret + "." + fingerprint;
  }

  /** Names the claim; the secret stays out of logs. */
  @Override
  public String toString() {
    return "claim " + id;
  }
}
