package io.flotilla.bundle.envelope;

/**
 * One signature of an envelope.
 *
 * @param keyId hint of the key, not signed and not to be trusted; empty text if there is none
 * @param sig the signature bytes; no identity, since one payload has many valid ones
 */
@SuppressWarnings("ArrayRecordComponent")
public record EnvelopeSignature(String keyId, byte[] sig) {}
