package io.flotilla.registry.blob;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.function.Consumer;

/** Content on its way, in pieces. */
final class Content {
  private static final int PIECE_BYTES = 1 << 18;

  private Content() {}

  /** Takes a piece, read-only, during the call. */
  @FunctionalInterface
  interface Sink {
    void take(ByteBuffer piece) throws IOException;

    /** Writes each piece to this file. */
    static Sink into(FileChannel out) {
      return piece -> {
        while (piece.hasRemaining()) {
          out.write(piece);
        }
      };
    }

    /** Shows each piece to somebody who does no input or output. */
    static Sink of(Consumer<ByteBuffer> tee) {
      return tee::accept;
    }
  }

  /**
   * Reads a stream to its end, each piece to the first sink and then to the second.
   *
   * @return the digest of it all
   */
  static Digest read(InputStream content, long maxBytes, Sink first, Sink second)
      throws IOException {
    MessageDigest sha256 = Digest.newSha256();
    byte[] buffer = new byte[PIECE_BYTES];
    long total = 0;
    for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
      total += n;
      if (total > maxBytes) {
        throw tooLarge(maxBytes);
      }
      ByteBuffer piece = ByteBuffer.wrap(buffer, 0, n).asReadOnlyBuffer();
      first.take(piece.duplicate());
      second.take(piece);
      sha256.update(buffer, 0, n);
    }
    return Digest.ofRaw(sha256.digest());
  }

  /** Checks that this is a file itself, and not a link to one, of at most so many bytes. */
  static void requireFile(Path file, long maxBytes) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new FlotillaException(ErrorCode.FILE_MISSING, "%s is no file".formatted(file));
    }
    if (Files.size(file) > maxBytes) {
      throw tooLarge(maxBytes);
    }
  }

  private static FlotillaException tooLarge(long maxBytes) {
    return new FlotillaException(
        ErrorCode.REQUEST_TOO_LARGE,
        "the content is over the limit of %d bytes".formatted(maxBytes));
  }
}
