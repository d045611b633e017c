package io.flotilla.controller.identity;

/**
 * What a device sends to become one of the fleet.
 *
 * @param claim the claim's text
 * @param deviceId the id it wants: 1 to 64 of {@code a-z 0-9 . _ -}
 * @param csr a certificate signing request for its own key, in PEM form
 */
public record EnrolmentRequest(String claim, String deviceId, String csr) {
  /** Names the device; the claim stays out of logs. */
  @Override
  public String toString() {
    return "enrolment of " + deviceId;
  }
}
