package io.flotilla.registry.backup;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.audit.AuditHead;
import io.flotilla.registry.audit.AuditLog;
import io.flotilla.registry.blob.BlobStore;
import io.flotilla.registry.blob.StoreFailures;
import io.flotilla.registry.codec.RecordCodec;
import io.flotilla.registry.store.CheckpointStore;
import java.io.BufferedWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Writes backups while others work. The records are copied as they are at one moment, and then the
 * blobs: every blob that those records need was there before them, and none is deleted before the
 * backup is done. It holds private keys if the caller names their files: it is as secret as they
 * are.
 *
 * <pre>
 * data/NAME           the files that the caller names, such as data/pki/assignment-key.pem
 * data/blobs/ab/ab…   every blob
 * data/store/…        the record store's folder
 * SHA256SUMS          digests of all of them
 * backup.json         {@link BackupManifest}
 * backup.json.sha256  its digest
 * </pre>
 *
 * <p>Memory does not grow with the number of blobs. Thread-safe.
 */
public final class BackupWriter {
  /** Folder of the record store in a backup and in the folder that it is restored to. */
  public static final String STORE = "store/";

  /** Folder of the blobs in a backup and in the folder that it is restored to. */
  public static final String BLOBS = "blobs/";

  /** Largest file that a caller may name, in bytes: 16 MiB; they are read into memory. */
  public static final long MAX_FILE_BYTES = 16L << 20;

  private final CheckpointStore store;
  private final BlobStore blobs;
  private final AuditLog audit;
  private final Clock clock;

  /** Backups of these. */
  public BackupWriter(CheckpointStore store, BlobStore blobs, AuditLog audit, Clock clock) {
    this.store = store;
    this.blobs = blobs;
    this.audit = audit;
    this.clock = clock;
  }

  /**
   * Writes a backup. If it throws, what was written so far is no backup, and nobody takes it for
   * one.
   *
   * @param files more files, by their names in the restored folder, such as {@code
   *     pki/assignment-key.pem}: up to 90 characters, of letters, digits, {@code _ . - /}
   * @param out where to; flushed, not closed
   * @throws FlotillaException {@code BACKUP_FAILED}, naming the file or blob that is damaged, has a
   *     name that no backup can have, is gone or cannot be read, or if {@code out} fails; {@code
   *     DISK_FULL}, {@code STORE_FAILED} or {@code STORE_CORRUPT} if the records cannot be copied
   */
  public BackupManifest write(SortedMap<String, Path> files, OutputStream out) {
    SortedMap<String, byte[]> read = new TreeMap<>();
    files.forEach((name, file) -> read.put(name, contentOf(name, file)));
    long now = clock.millis();
    AuditHead head = audit.head();
    try (BlobStore.Pin _ = blobs.pinAll();
        BlobStore.Scratch copy = blobs.scratch();
        BlobStore.Scratch list = blobs.scratch()) {
      store.checkpoint(copy.path());
      Job job = new Job(new TarWriter(out), list.path());
      job.writeFiles(read, copy.path());
      return job.end(now, head);
    } catch (IOException e) {
      throw failed("the backup cannot be written: " + e.getMessage(), e);
    }
  }

  private static byte[] contentOf(String name, Path file) {
    if (!TarHeader.isSafe(BackupManifest.DATA + name)
        || name.startsWith(STORE)
        || name.startsWith(BLOBS)) {
      throw new FlotillaException(
          ErrorCode.BACKUP_FAILED, "no file of a backup can have the name %s".formatted(name));
    }
    try {
      if (Files.size(file) > MAX_FILE_BYTES) {
        throw new FlotillaException(
            ErrorCode.BACKUP_FAILED,
            "%s has over %d bytes, too many for a backup".formatted(file, MAX_FILE_BYTES));
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw failed("the backup cannot read %s".formatted(file), e);
    }
  }

  private static FlotillaException failed(String what, IOException e) {
    FlotillaException failure = StoreFailures.of(what, e);
    return failure.code() == ErrorCode.DISK_FULL
        ? failure
        : new FlotillaException(ErrorCode.BACKUP_FAILED, what, e);
  }

  /** One backup. */
  private final class Job {
    private final TarWriter tar;
    private final Path listFile;
    private long files;
    private long bytes;

    Job(TarWriter tar, Path listFile) {
      this.tar = tar;
      this.listFile = listFile;
    }

    /** All files in the order of their names. */
    void writeFiles(SortedMap<String, byte[]> named, Path copy) throws IOException {
      try (BufferedWriter list = Files.newBufferedWriter(listFile, StandardCharsets.US_ASCII)) {
        for (Map.Entry<String, byte[]> one : named.headMap(BLOBS).entrySet()) {
          write(list, one.getKey(), one.getValue());
        }
        writeBlobs(list);
        for (Map.Entry<String, byte[]> one : named.subMap(BLOBS, STORE).entrySet()) {
          write(list, one.getKey(), one.getValue());
        }
        for (Path file : filesOf(copy)) {
          try (InputStream in = Files.newInputStream(file)) {
            write(list, new TarHeader(dataName(STORE + file.getFileName()), Files.size(file)), in);
          }
        }
        for (Map.Entry<String, byte[]> one : named.tailMap(STORE).entrySet()) {
          write(list, one.getKey(), one.getValue());
        }
      }
    }

    private void writeBlobs(Writer list) throws IOException {
      try (Stream<Digest> all = blobs.digests()) {
        for (Iterator<Digest> each = all.iterator(); each.hasNext(); ) {
          writeBlob(list, each.next());
        }
      }
    }

    private void writeBlob(Writer list, Digest digest) throws IOException {
      String name = BLOBS + digest.hex().substring(0, 2) + "/" + digest.hex();
      try (InputStream in = Files.newInputStream(blobs.fileOf(digest))) {
        TarHeader header = new TarHeader(dataName(name), Files.size(blobs.fileOf(digest)));
        if (!write(list, header, in).equals(digest)) {
          throw new FlotillaException(
              ErrorCode.BACKUP_FAILED,
              "the blob %s is damaged: store the same content again, or delete what uses it"
                  .formatted(digest));
        }
      } catch (NoSuchFileException e) {
        throw failed("the blob %s is gone".formatted(digest), e);
      }
    }

    private void write(Writer list, String name, byte[] content) throws IOException {
      write(list, new TarHeader(dataName(name), content.length), new ByteArrayInputStream(content));
    }

    private Digest write(Writer list, TarHeader header, InputStream content) throws IOException {
      if (header.sizeBytes() > TarHeader.MAX_SIZE) {
        throw new FlotillaException(
            ErrorCode.BACKUP_FAILED, "%s is too large for a backup".formatted(header.name()));
      }
      Digest digest = tar.write(header, content);
      list.write(line(digest, header.name()));
      files++;
      bytes += header.sizeBytes();
      return digest;
    }

    BackupManifest end(long now, AuditHead head) throws IOException {
      Digest list;
      try (InputStream in = Files.newInputStream(listFile)) {
        list = tar.write(new TarHeader(BackupManifest.LIST, Files.size(listFile)), in);
      }
      BackupManifest manifest =
          new BackupManifest(BackupManifest.FORMAT, now, head, files, bytes, list.hex());
      Digest digest = writeOwn(BackupManifest.NAME, RecordCodec.encode(manifest));
      writeOwn(
          BackupManifest.SEAL,
          line(digest, BackupManifest.NAME).getBytes(StandardCharsets.US_ASCII));
      tar.end();
      return manifest;
    }

    private Digest writeOwn(String name, byte[] content) throws IOException {
      return tar.write(new TarHeader(name, content.length), new ByteArrayInputStream(content));
    }
  }

  private static String dataName(String name) {
    return BackupManifest.DATA + name;
  }

  /** A file's line in the list, as {@code sha256sum} has it. */
  static String line(Digest digest, String name) {
    return digest.hex() + "  " + name + "\n";
  }

  /** A store's folder has files only, and no folder below. */
  private static List<Path> filesOf(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
          .sorted()
          .toList();
    }
  }
}
