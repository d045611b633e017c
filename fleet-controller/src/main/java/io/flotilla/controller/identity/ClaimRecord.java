package io.flotilla.controller.identity;

import java.util.Map;
import java.util.Optional;

/**
 * A claim as it is stored: the secret's hash only. The secret has 256 random bits, so a plain
 * SHA-256 gives nothing away.
 *
 * @param id the claim's id
 * @param secretHash SHA-256 of the secret's text, in hexadecimal
 * @param expiresAtMs Unix time in milliseconds
 * @param labels what the device that uses it is labelled with
 * @param use by whom it was used
 */
record ClaimRecord(
    String id, String secretHash, long expiresAtMs, Map<String, String> labels, Optional<Use> use) {
  /** Copies the labels. */
  ClaimRecord {
    labels = Map.copyOf(labels);
  }

  ClaimRecord usedBy(Use value) {
    return new ClaimRecord(id, secretHash, expiresAtMs, labels, Optional.of(value));
  }

  /**
   * How a claim was used.
   *
   * @param deviceId the device
   * @param keyDigest SHA-256 of its public key, in hexadecimal
   * @param certificate what it was given, in PEM form: it may ask again if the answer got lost
   * @param serial serial number of that certificate, in hexadecimal
   */
  record Use(String deviceId, String keyDigest, String certificate, String serial) {}
}
