package io.flotilla.controller.link;

/**
 * A message from a device.
 *
 * @param topic where it was published; the broker vouches for the device id in it
 * @param payload its bytes, the receiver's own
 * @param acknowledge tells the broker that the message arrived; to be called promptly and for every
 *     message, as acknowledgements are ordered; calling it again does nothing
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of bytes: never compared or hashed
public record InboundMessage(String topic, byte[] payload, Runnable acknowledge) {}
