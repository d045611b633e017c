package io.flotilla.bundle.envelope;

import java.util.Optional;

/**
 * A model signature by the key method of OpenSSF Model Signing 1.0: a Sigstore bundle v0.3, as
 * parsed.
 *
 * @param envelope the signed statement
 * @param keyHint id of the signing key, 64 hexadecimal digits; not to be trusted
 * @param keyPem the signing key itself as older tools give it, PEM; not to be trusted
 */
public record ModelSignature(
    Envelope envelope, Optional<String> keyHint, Optional<String> keyPem) {}
