package io.flotilla.bundle.envelope;

import java.util.List;

/**
 * A DSSE envelope (Dead Simple Signing Envelope 1.0), as parsed.
 *
 * @param payloadType what the payload is
 * @param payload the exact bytes that were signed
 * @param signatures in the order of the envelope
 */
@SuppressWarnings("ArrayRecordComponent")
public record Envelope(String payloadType, byte[] payload, List<EnvelopeSignature> signatures) {
  /** Copies the list. */
  public Envelope {
    signatures = List.copyOf(signatures);
  }
}
