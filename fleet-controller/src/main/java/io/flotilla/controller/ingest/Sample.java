package io.flotilla.controller.ingest;

/**
 * The sampled input of a prediction.
 *
 * @param input 32-bit floats, little-endian
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of bytes: never compared or hashed
public record Sample(byte[] input) {}
