package io.flotilla.registry.backup;

import io.flotilla.bundle.Digest;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;

/** Writes files into a tar stream, which it neither closes nor buffers. */
final class TarWriter {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int END_BLOCKS = 2;

  private final OutputStream out;
  private final byte[] buffer = new byte[BUFFER_BYTES];

  TarWriter(OutputStream out) {
    this.out = out;
  }

  /**
   * Writes one file.
   *
   * @param content has at least the header's size; the rest is left
   * @return SHA-256 of the file
   * @throws IOException also if the content ends too early
   */
  Digest write(TarHeader header, InputStream content) throws IOException {
    MessageDigest sha256 = Digest.newSha256();
    out.write(header.block());
    for (long left = header.sizeBytes(); left > 0; ) {
      int n = content.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (n < 0) {
        throw new EOFException("%s became shorter".formatted(header.name()));
      }
      sha256.update(buffer, 0, n);
      out.write(buffer, 0, n);
      left -= n;
    }
    out.write(new byte[header.paddingBytes()]);
    return Digest.ofRaw(sha256.digest());
  }

  /** Writes the end. */
  void end() throws IOException {
    out.write(new byte[END_BLOCKS * TarHeader.BLOCK_BYTES]);
    out.flush();
  }
}
