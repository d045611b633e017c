package io.flotilla.bundle.archive;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.layout.BundlePaths;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarUtils;

/**
 * The one header that a file of a bundle can have: POSIX ustar (IEEE Std 1003.1, pax), a plain file
 * of mode 644 with owner 0, group 0, no names and the time 0.
 *
 * @param path path of the file
 * @param sizeBytes size of the file
 */
record TarHeader(String path, long sizeBytes) {
  /** Bytes of a header, and of every block of an archive. */
  static final int BLOCK_BYTES = 512;

  private static final int NAME_BYTES = 100;
  private static final int SIZE_OFFSET = 124;
  private static final int SIZE_BYTES = 12;
  private static final int TYPE_OFFSET = 156;
  private static final int MAGIC_OFFSET = 257;
  private static final byte[] MAGIC = {'u', 's', 't', 'a', 'r', 0};
  private static final int MODE = 0644;

  /** The same as the tar library has it. */
  TarArchiveEntry entry() {
    TarArchiveEntry entry = new TarArchiveEntry(path);
    entry.setSize(sizeBytes);
    entry.setMode(MODE);
    entry.setIds(0, 0);
    entry.setNames("", "");
    entry.setModTime(FileTime.fromMillis(0));
    return entry;
  }

  /** Bytes from the end of the content to the next block. */
  int paddingBytes() {
    return (int) ((BLOCK_BYTES - sizeBytes % BLOCK_BYTES) % BLOCK_BYTES);
  }

  /**
   * Reads a header.
   *
   * @param block {@link #BLOCK_BYTES} bytes
   * @throws FlotillaException {@code BUNDLE_MALFORMED} if it is no ustar header; {@code
   *     BUNDLE_PATH_UNSAFE} if it is that of a link or has a path that no bundle may have; {@code
   *     BUNDLE_NOT_CANONICAL} if it differs in any byte from what packing writes
   */
  static TarHeader parse(byte[] block) {
    if (!Arrays.equals(block, MAGIC_OFFSET, MAGIC_OFFSET + MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw new FlotillaException(
          ErrorCode.BUNDLE_MALFORMED, "this is no bundle archive: a tar header is missing");
    }
    int type = block[TYPE_OFFSET];
    if (type == TarArchiveEntry.LF_LINK || type == TarArchiveEntry.LF_SYMLINK) {
      throw new FlotillaException(
          ErrorCode.BUNDLE_PATH_UNSAFE, "the archive holds a link, which no bundle may");
    }
    TarHeader header = new TarHeader(BundlePaths.requireSafe(nameOf(block)), sizeOf(block));
    byte[] canonical = new byte[BLOCK_BYTES];
    header.entry().writeEntryHeader(canonical);
    if (!Arrays.equals(block, canonical)) {
      throw notCanonical("the header of " + header.path);
    }
    return header;
  }

  static FlotillaException notCanonical(String what) {
    return new FlotillaException(
        ErrorCode.BUNDLE_NOT_CANONICAL,
        "%s is not as packing writes it; pack the bundle again".formatted(what));
  }

  private static String nameOf(byte[] block) {
    int length = 0;
    while (length < NAME_BYTES && block[length] != 0) {
      length++;
    }
    return new String(block, 0, length, StandardCharsets.ISO_8859_1);
  }

  private static long sizeOf(byte[] block) {
    try {
      long size = TarUtils.parseOctal(block, SIZE_OFFSET, SIZE_BYTES);
      if (size >= 0) {
        return size;
      }
    } catch (IllegalArgumentException e) {
      throw new FlotillaException(
          ErrorCode.BUNDLE_NOT_CANONICAL, "a file's size in the archive is no octal number", e);
    }
    throw notCanonical("a file's size");
  }
}
