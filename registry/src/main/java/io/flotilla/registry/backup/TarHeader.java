package io.flotilla.registry.backup;

import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarUtils;

/**
 * The one header that a file of a backup can have: POSIX ustar (IEEE Std 1003.1, pax), a plain file
 * of mode 600 with owner 0, group 0, no names and the time 0.
 *
 * @param name path of the file; 1 to {@link #MAX_NAME} characters
 * @param sizeBytes 0 to {@link #MAX_SIZE}
 */
record TarHeader(String name, long sizeBytes) {
  static final int BLOCK_BYTES = 512;

  /** Longest name that needs no extension. */
  static final int MAX_NAME = 100;

  /** Largest size that has an octal form: 8 GiB less a byte. */
  static final long MAX_SIZE = (8L << 30) - 1;

  private static final int SIZE_OFFSET = 124;
  private static final int SIZE_BYTES = 12;
  private static final int MODE = 0600;

  /** Segments of plain characters, none of them "." or "..". */
  private static final Pattern SAFE =
      Pattern.compile("(?!\\.{1,2}(/|$))[\\w.-]+(/(?!\\.{1,2}(/|$))[\\w.-]+)*");

  /** Whether a file of a backup may have this name. */
  static boolean isSafe(String name) {
    return name.length() <= MAX_NAME && SAFE.matcher(name).matches();
  }

  /** The header's bytes. */
  byte[] block() {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(sizeBytes);
    entry.setMode(MODE);
    entry.setIds(0, 0);
    entry.setNames("", "");
    entry.setModTime(FileTime.fromMillis(0));
    byte[] block = new byte[BLOCK_BYTES];
    entry.writeEntryHeader(block);
    return block;
  }

  /** Bytes from the end of the content to the next block. */
  int paddingBytes() {
    return (int) ((BLOCK_BYTES - sizeBytes % BLOCK_BYTES) % BLOCK_BYTES);
  }

  /** Reads a header; empty if it differs in any byte from what a backup's writer writes. */
  static Optional<TarHeader> parse(byte[] block) {
    int length = 0;
    while (length < MAX_NAME && block[length] != 0) {
      length++;
    }
    String name = new String(block, 0, length, StandardCharsets.ISO_8859_1);
    if (!isSafe(name)) {
      return Optional.empty();
    }
    try {
      long size = TarUtils.parseOctal(block, SIZE_OFFSET, SIZE_BYTES);
      return Optional.of(new TarHeader(name, size))
          .filter(header -> size >= 0 && size <= MAX_SIZE)
          .filter(header -> Arrays.equals(header.block(), block));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // the size is no octal number
    }
  }
}
