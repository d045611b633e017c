package io.flotilla.protocol.message;

/**
 * Asks for parts of a bundle.
 *
 * @param schema version of this message; 1
 * @param bundle the bundle's digest, 64 hexadecimal digits
 * @param index true if the chunk index itself is missing; then {@code missing} is empty
 * @param missing bitmap of missing chunks as of {@link java.util.BitSet#toByteArray()}: bit i of
 *     byte i/8 stands for chunk i
 */
@SuppressWarnings("ArrayRecordComponent")
public record Need(int schema, String bundle, boolean index, byte[] missing) {}
