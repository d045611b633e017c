package io.flotilla.protocol.message;

/**
 * Asks for a new certificate before the present one expires. Said over the connection that the
 * present one made; not spooled, and said again until {@link RenewalAnswer} comes.
 *
 * @param schema version of this message; 1
 * @param csr PKCS #10 request (RFC 2986) for the key that the device has, PEM
 */
public record RenewalRequest(int schema, String csr) {}
