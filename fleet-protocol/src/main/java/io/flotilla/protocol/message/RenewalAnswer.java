package io.flotilla.protocol.message;

/**
 * A device's next certificate. It proves itself: by the authority that the device trusts, for the
 * device's own key and name.
 *
 * @param schema version of this message; 1
 * @param certificate X.509, PEM
 */
public record RenewalAnswer(int schema, String certificate) {}
