package io.flotilla.agent.identity;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A one-time right to enrol one device, as text: {@code flc1.<id>.<secret>.<sha256 of the
 * authority's certificate>}. The digest is what makes it safe to send: a controller that cannot
 * show that authority never sees the secret.
 */
public final class Claim {
  private static final Pattern FORM =
      Pattern.compile("flc1\\.([A-Za-z0-9_-]{1,64})\\.[A-Za-z0-9_-]{16,128}\\.([0-9a-f]{64})");

  private final String text;
  private final String id;
  private final Digest authority;

  private Claim(String text, String id, Digest authority) {
    this.text = text;
    this.id = id;
    this.authority = authority;
  }

  /**
   * Reads a claim.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if it does not have the form
   */
  public static Claim parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "not a claim: it must read flc1.<id>.<secret>.<digest>, as 'device claim' printed it");
    }
    return new Claim(matcher.group(), matcher.group(1), new Digest(matcher.group(2)));
  }

  /** The public part, fit for logs. */
  public String id() {
    return id;
  }

  /** SHA-256 of the DER form of the certificate of the controller's authority. */
  public Digest authority() {
    return authority;
  }

  /** The whole claim with its secret, for the controller only. */
  String text() {
    return text;
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "claim " + id;
  }
}
