package io.flotilla.registry.blob;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/** Content on its way. */
final class Content {
  /** Of so much, nobody is shown anything on a thread of their own. */
  private static final int SMALL_BYTES = 1 << 20;

  private Content() {}

  /** Takes the content piece by piece. */
  @FunctionalInterface
  interface Sink {
    /** Takes nothing. */
    Sink NONE = (_, _) -> {};

    /**
     * Takes the beginning of these bytes; they are not to be changed, and valid during the call.
     */
    void take(byte[] bytes, int length) throws IOException;
  }

  /**
   * Writes to a file and forces it to the disk now and then, while others still hash what is
   * written: the disk is not left to begin when all else is done. The last bytes are not forced.
   */
  static final class ForcingSink implements Sink {
    private static final long FORCE_EVERY_BYTES = 16L << 20;

    private final FileChannel out;
    private long unforced;

    ForcingSink(FileChannel out) {
      this.out = out;
    }

    @Override
    public void take(byte[] bytes, int length) throws IOException {
      ByteBuffer left = ByteBuffer.wrap(bytes, 0, length);
      while (left.hasRemaining()) {
        out.write(left);
      }
      unforced += length;
      if (unforced >= FORCE_EVERY_BYTES) {
        out.force(false);
        unforced = 0;
      }
    }
  }

  /**
   * Reads a stream to its end and passes it on, once.
   *
   * @param sink takes all of it on this thread
   * @param onlookers see all of it; what the first of them throws comes out in the end
   * @return the digest of it all
   */
  static Digest pass(InputStream content, long maxBytes, Sink sink, List<Onlooker> onlookers)
      throws IOException {
    byte[] beginning = content.readNBytes(SMALL_BYTES);
    if (beginning.length < SMALL_BYTES) {
      requireAtMost(maxBytes, beginning.length);
      sink.take(beginning, beginning.length);
      for (Onlooker onlooker : onlookers) {
        onlooker.see(new ByteArrayInputStream(beginning));
      }
      return Digest.of(beginning);
    }
    return passLarge(
        new SequenceInputStream(new ByteArrayInputStream(beginning), content),
        maxBytes,
        sink,
        onlookers);
  }

  private static Digest passLarge(
      InputStream content, long maxBytes, Sink sink, List<Onlooker> onlookers) throws IOException {
    MessageDigest sha256 = Digest.newSha256();
    List<Onlooker> all = new ArrayList<>();
    all.add(passing -> passing.transferTo(into(sha256)));
    all.addAll(onlookers);
    try (Audience audience = new Audience(all)) {
      long total = 0;
      for (Audience.Block block = audience.next(); block.fill(content); block = audience.next()) {
        total += block.length();
        requireAtMost(maxBytes, total);
        audience.show(block);
        sink.take(block.bytes(), block.length());
        audience.giveBack(block);
      }
      audience.end();
    }
    return Digest.ofRaw(sha256.digest());
  }

  /** The digest of all that a stream has left. */
  static Digest digest(InputStream content) throws IOException {
    MessageDigest sha256 = Digest.newSha256();
    content.transferTo(into(sha256));
    return Digest.ofRaw(sha256.digest());
  }

  private static OutputStream into(MessageDigest digest) {
    return new DigestOutputStream(OutputStream.nullOutputStream(), digest);
  }

  /** Checks that this is a file itself, and not a link to one, of at most so many bytes. */
  static void requireFile(Path file, long maxBytes) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new FlotillaException(ErrorCode.FILE_MISSING, "%s is no file".formatted(file));
    }
    requireAtMost(maxBytes, Files.size(file));
  }

  private static void requireAtMost(long maxBytes, long bytes) {
    if (bytes > maxBytes) {
      throw new FlotillaException(
          ErrorCode.REQUEST_TOO_LARGE,
          "the content is over the limit of %d bytes".formatted(maxBytes));
    }
  }
}
