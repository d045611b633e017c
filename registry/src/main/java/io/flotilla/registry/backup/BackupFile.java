package io.flotilla.registry.backup;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.codec.RecordCodec;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * A backup's file, read in the only form that {@link BackupWriter} writes: files in strict order of
 * their names with their one possible header, zero padding, the list, the manifest, its seal, two
 * zero blocks, the end. First its headers are read, which leads to the list; then the files, side
 * by side with the list. So memory does not grow with the number of files.
 */
final class BackupFile implements AutoCloseable {
  private static final int MAX_MANIFEST_BYTES = 1 << 16;

  /** Digest, two spaces, name, end of line. */
  private static final int MAX_LINE = 64 + 2 + TarHeader.MAX_NAME + 1;

  private static final int END_BYTES = 2 * TarHeader.BLOCK_BYTES;
  private static final int BUFFER_BYTES = 1 << 16;

  private final Path file;
  private final FileChannel channel;
  private final byte[] buffer = new byte[BUFFER_BYTES];

  BackupFile(Path file) throws IOException {
    this.file = file;
    this.channel = FileChannel.open(file, StandardOpenOption.READ);
  }

  /** Takes the content of each file. */
  @FunctionalInterface
  interface Target {
    /** Opens the place for a file, by its name without the data folder; the reader closes it. */
    OutputStream open(String name) throws IOException;
  }

  /**
   * Reads everything.
   *
   * @throws FlotillaException {@code BACKUP_INVALID}, naming the file that is wrong
   */
  BackupManifest read(Target target) throws IOException {
    Headers headers = headers();
    BackupManifest manifest = manifest(headers);
    if (!digest(headers.list()).hex().equals(manifest.list())) {
      throw invalid("its list of files is damaged");
    }
    try (FileChannel lines = FileChannel.open(file, StandardOpenOption.READ)) {
      lines.position(headers.list().offset());
      InputStream list =
          new BufferedInputStream(new Bounded(lines, headers.list().header().sizeBytes()));
      for (long at = 0; at < headers.list().offset() - TarHeader.BLOCK_BYTES; ) {
        Located one = located(at);
        check(list, one, digest(one, target));
        at = one.end();
      }
      if (list.read() >= 0) {
        throw invalid("files are missing at its end");
      }
    }
    return manifest;
  }

  /** A file's header, and where its content begins. */
  private record Located(TarHeader header, long offset) {
    long end() {
      return offset + header.sizeBytes() + header.paddingBytes();
    }

    String dataName() {
      return header.name().substring(BackupManifest.DATA.length());
    }
  }

  private record Headers(Located list, Located manifest, long files, long bytes) {}

  private Headers headers() throws IOException {
    String previous = "";
    long files = 0;
    long bytes = 0;
    Located at = located(0);
    while (at.header().name().startsWith(BackupManifest.DATA)) {
      String name = at.header().name();
      if (name.compareTo(previous) <= 0) {
        throw invalid("%s is not in its place".formatted(name));
      }
      previous = name;
      files++;
      bytes += at.header().sizeBytes();
      at = located(at.end());
    }
    Located list = named(at, BackupManifest.LIST);
    Located manifest = named(located(list.end()), BackupManifest.NAME);
    Located seal = named(located(manifest.end()), BackupManifest.SEAL);
    requireSealed(manifest, seal);
    requireEnd(seal.end());
    return new Headers(list, manifest, files, bytes);
  }

  private Located named(Located found, String name) {
    if (!found.header().name().equals(name)) {
      throw invalid("%s is where %s belongs".formatted(found.header().name(), name));
    }
    return found;
  }

  private Located located(long at) throws IOException {
    byte[] block = bytes(at, TarHeader.BLOCK_BYTES);
    TarHeader header =
        TarHeader.parse(block)
            .orElseThrow(
                () -> invalid("the tar header at byte %d is not one of a backup".formatted(at)));
    Located found = new Located(header, at + TarHeader.BLOCK_BYTES);
    if (found.end() > channel.size()) {
      throw invalid("it ends too early, within %s".formatted(header.name()));
    }
    byte[] padding = bytes(found.end() - header.paddingBytes(), header.paddingBytes());
    if (!isZero(padding)) {
      throw invalid("there is something behind %s".formatted(header.name()));
    }
    return found;
  }

  private void requireSealed(Located manifest, Located seal) throws IOException {
    byte[] line =
        BackupWriter.line(digest(manifest), BackupManifest.NAME)
            .getBytes(StandardCharsets.US_ASCII);
    if (seal.header().sizeBytes() != line.length
        || !Arrays.equals(bytes(seal.offset(), line.length), line)) {
      throw invalid(BackupManifest.NAME + " is damaged");
    }
  }

  private void requireEnd(long at) throws IOException {
    if (channel.size() != at + END_BYTES || !isZero(bytes(at, END_BYTES))) {
      throw invalid("it has no proper end");
    }
  }

  private BackupManifest manifest(Headers headers) throws IOException {
    long size = headers.manifest().header().sizeBytes();
    if (size > MAX_MANIFEST_BYTES) {
      throw invalid(BackupManifest.NAME + " is too large");
    }
    byte[] json = bytes(headers.manifest().offset(), (int) size);
    BackupManifest manifest;
    try {
      manifest = RecordCodec.decode(json, BackupManifest.class, BackupManifest.NAME);
    } catch (FlotillaException e) {
      throw invalid(BackupManifest.NAME + " cannot be read");
    }
    if (manifest.format() != BackupManifest.FORMAT) {
      throw invalid(
          "it has the format %d, which this release cannot read".formatted(manifest.format()));
    }
    if (manifest.files() != headers.files() || manifest.bytes() != headers.bytes()) {
      throw invalid(
          "it has %d files of %d bytes, and not %d of %d"
              .formatted(headers.files(), headers.bytes(), manifest.files(), manifest.bytes()));
    }
    return manifest;
  }

  private void check(InputStream list, Located one, Digest digest) throws IOException {
    String name = one.header().name();
    String line = line(list);
    if (line.equals(BackupWriter.line(digest, name))) {
      return;
    }
    String listed =
        line.strip().substring(Math.min(line.strip().length(), 2 * Digest.BYTES)).strip();
    if (listed.equals(name)) {
      throw invalid(name + " is damaged");
    }
    throw invalid(
        listed.isEmpty() || name.compareTo(listed) < 0
            ? name + " is not in its list"
            : listed + " is missing");
  }

  private static String line(InputStream list) throws IOException {
    byte[] line = new byte[MAX_LINE];
    int length = 0;
    for (int next = list.read(); next >= 0; next = list.read()) {
      line[length++] = (byte) next;
      if (next == '\n' || length == MAX_LINE) {
        break;
      }
    }
    return new String(line, 0, length, StandardCharsets.US_ASCII);
  }

  private Digest digest(Located one) throws IOException {
    return digest(one, _ -> OutputStream.nullOutputStream());
  }

  private Digest digest(Located one, Target target) throws IOException {
    MessageDigest sha256 = Digest.newSha256();
    channel.position(one.offset());
    String name = one.header().name();
    boolean data = name.startsWith(BackupManifest.DATA);
    try (OutputStream out = target.open(data ? one.dataName() : name)) {
      InputStream in = new Bounded(channel, one.header().sizeBytes());
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        sha256.update(buffer, 0, n);
        out.write(buffer, 0, n);
      }
    }
    return Digest.ofRaw(sha256.digest());
  }

  private byte[] bytes(long at, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, at + bytes.position()) < 0) {
        throw invalid("it ends too early, at byte %d".formatted(channel.size()));
      }
    }
    return bytes.array();
  }

  private static boolean isZero(byte[] bytes) {
    for (byte one : bytes) {
      if (one != 0) {
        return false;
      }
    }
    return true;
  }

  private FlotillaException invalid(String why) {
    return new FlotillaException(
        ErrorCode.BACKUP_INVALID, "%s is no whole backup: %s".formatted(file, why));
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /**
   * A part of a channel, from where it stands; a channel that ends before that gives what it has.
   */
  private static final class Bounded extends InputStream {
    private final InputStream in;
    private long left;

    Bounded(FileChannel channel, long size) {
      this.in = Channels.newInputStream(channel);
      this.left = size;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int from, int length) throws IOException {
      if (left == 0) {
        return -1;
      }
      int n = in.read(to, from, (int) Math.min(length, left));
      left -= Math.max(n, 0);
      return n;
    }
  }
}
