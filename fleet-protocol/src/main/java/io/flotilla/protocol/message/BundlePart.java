package io.flotilla.protocol.message;

/** What is broadcast on a bundle's topic. */
public sealed interface BundlePart {
  /**
   * The digests of all chunks.
   *
   * @param digests 32 raw bytes for each chunk, in order; their SHA-256 is the assignment's {@code
   *     chunkList}
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Index(byte[] digests) implements BundlePart {}

  /**
   * One chunk of the archive.
   *
   * @param index position, from 0
   * @param data {@link Limits#CHUNK_BYTES} bytes, fewer in the last
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Chunk(int index, byte[] data) implements BundlePart {}
}
