/**
 * Signatures: DSSE envelopes, and OpenSSF Model Signing 1.0 of whole bundles with ECDSA keys. The
 * only place of this module that knows Bouncy Castle and the platform's cryptography.
 */
@NullMarked
package io.flotilla.bundle.signing;

import org.jspecify.annotations.NullMarked;
