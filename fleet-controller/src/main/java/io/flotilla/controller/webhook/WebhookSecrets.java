package io.flotilla.controller.webhook;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secrets that webhooks share with this controller, and the signatures made with them. No
 * record holds a secret: it follows from the controller's key and the webhook's salt.
 */
public final class WebhookSecrets {
  /** Length of the controller's key. */
  public static final int KEY_BYTES = 32;

  private static final String HMAC = "HmacSHA256";
  private static final String PREFIX = "whsec_";

  private final byte[] key;

  /**
   * Secrets under this key.
   *
   * @param key {@value #KEY_BYTES} bytes that nobody else has
   */
  public WebhookSecrets(byte[] key) {
    this.key = key.clone();
  }

  /** The secret as its other holder keeps it: {@code whsec_} and base64. */
  String text(Webhook webhook) {
    return PREFIX + Base64.getEncoder().encodeToString(secret(webhook));
  }

  /**
   * The signature of a message, as Standard Webhooks 1.0.0, "Signature scheme", has it: {@code v1,}
   * and the base64 of an HMAC-SHA256 over id, timestamp and body.
   */
  String sign(Webhook webhook, String id, long timestampSeconds, byte[] body) {
    byte[] head =
        String.format(Locale.ROOT, "%s.%d.", id, timestampSeconds).getBytes(StandardCharsets.UTF_8);
    return "v1," + Base64.getEncoder().encodeToString(hmac(secret(webhook), head, body));
  }

  private byte[] secret(Webhook webhook) {
    return hmac(key, webhook.salt().getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] hmac(byte[] key, byte[]... parts) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(key, HMAC));
      for (byte[] part : parts) {
        mac.update(part);
      }
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + HMAC, e);
    }
  }
}
