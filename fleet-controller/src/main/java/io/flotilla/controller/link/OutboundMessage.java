package io.flotilla.controller.link;

import io.flotilla.protocol.message.Limits;

/**
 * A message to devices, sent with QoS 1.
 *
 * @param topic where to publish
 * @param payload its bytes, which nobody changes afterwards; none with {@code retain} clears what
 *     is retained
 * @param retain whether the broker keeps it for later subscribers
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of bytes: never compared or hashed
public record OutboundMessage(String topic, byte[] payload, boolean retain) {
  /** Checks the size. */
  public OutboundMessage {
    if (payload.length > Limits.MAX_PAYLOAD_BYTES) {
      throw new IllegalArgumentException("a payload of " + payload.length + " bytes is too large");
    }
  }
}
