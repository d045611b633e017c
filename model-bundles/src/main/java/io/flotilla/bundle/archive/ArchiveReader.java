package io.flotilla.bundle.archive;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.layout.PathSet;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Reads an archive in the only form that packing writes: files in strict order of their paths, each
 * with its one possible header, zero padding, two zero blocks, the end. Whatever differs is
 * refused, so that every accepted archive is the packing of what came out of it.
 */
final class ArchiveReader {
  private final InputStream in;
  private final ArchiveLimits limits;
  private final byte[] buffer = new byte[1 << 16];
  private long position;

  ArchiveReader(InputStream in, ArchiveLimits limits) {
    this.in = in;
    this.limits = limits;
  }

  /** Takes the content of each file. */
  @FunctionalInterface
  interface Target {
    /**
     * Opens the place for a file; the reader closes it.
     *
     * @param offset where the content begins in the archive, in bytes
     */
    OutputStream open(TarHeader header, long offset) throws IOException;
  }

  void readAll(Target target) throws IOException {
    PathSet paths = new PathSet();
    String previous = "";
    int files = 0;
    for (byte[] block = block(); !isZero(block, block.length); block = block()) {
      TarHeader header = TarHeader.parse(block);
      paths.add(header.path());
      if (header.path().compareTo(previous) <= 0) {
        throw TarHeader.notCanonical("the order of the files at " + header.path());
      }
      previous = header.path();
      files++;
      requireWithinLimits(header, files);
      copy(header, target);
    }
    if (files == 0) {
      throw new FlotillaException(ErrorCode.BUNDLE_MALFORMED, "the archive holds no file");
    }
    if (!isZero(block(), TarHeader.BLOCK_BYTES) || in.read() >= 0) {
      throw TarHeader.notCanonical("the end of the archive");
    }
  }

  private void copy(TarHeader header, Target target) throws IOException {
    try (OutputStream out = target.open(header, position)) {
      for (long left = header.sizeBytes(); left > 0; ) {
        int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
        if (n < 0) {
          throw endsEarly();
        }
        out.write(buffer, 0, n);
        left -= n;
      }
    }
    position += header.sizeBytes() + header.paddingBytes();
    int padding = header.paddingBytes();
    if (in.readNBytes(buffer, 0, padding) < padding) {
      throw endsEarly();
    }
    if (!isZero(buffer, padding)) {
      throw TarHeader.notCanonical("the padding of " + header.path());
    }
  }

  private void requireWithinLimits(TarHeader header, int files) {
    if (files > limits.maxFiles()) {
      throw new FlotillaException(
          ErrorCode.BUNDLE_TOO_LARGE,
          "the archive holds over %d files".formatted(limits.maxFiles()));
    }
    if (header.sizeBytes() > limits.maxFileBytes()) {
      throw new FlotillaException(
          ErrorCode.BUNDLE_TOO_LARGE,
          "%s has %d bytes, over the limit of %d"
              .formatted(header.path(), header.sizeBytes(), limits.maxFileBytes()));
    }
    if (header.sizeBytes() > limits.maxArchiveBytes() - position) {
      throw new FlotillaException(
          ErrorCode.BUNDLE_TOO_LARGE,
          "the archive is over the limit of %d bytes".formatted(limits.maxArchiveBytes()));
    }
  }

  private byte[] block() throws IOException {
    byte[] block = in.readNBytes(TarHeader.BLOCK_BYTES);
    if (block.length < TarHeader.BLOCK_BYTES) {
      throw endsEarly();
    }
    position += block.length;
    return block;
  }

  private static boolean isZero(byte[] bytes, int length) {
    for (int i = 0; i < length; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private static FlotillaException endsEarly() {
    return new FlotillaException(
        ErrorCode.BUNDLE_MALFORMED, "the archive ends too early; fetch or pack it again");
  }
}
