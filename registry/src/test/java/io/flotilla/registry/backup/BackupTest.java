package io.flotilla.registry.backup;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.audit.AuditAction;
import io.flotilla.registry.audit.AuditLog;
import io.flotilla.registry.blob.BlobCollector;
import io.flotilla.registry.blob.BlobStore;
import io.flotilla.registry.store.CheckpointStore;
import io.flotilla.registry.store.DirectTransaction;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.rocksdb.RocksRecordStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackupTest {
  private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(1234), ZoneOffset.UTC);

  @TempDir Path directory;
  private CheckpointStore store;
  private BlobStore blobs;
  private AuditLog audit;
  private Path file;

  @BeforeEach
  void open() throws IOException {
    Path data = Files.createDirectory(directory.resolve("data"));
    store = RocksRecordStore.open(data.resolve("store"));
    blobs = new BlobStore(data.resolve("blobs"));
    audit = new AuditLog(store, CLOCK);
    audit.begin();
    file = directory.resolve("backup.tar");
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void restoresRecordsBlobsAndKeysAsTheyWere() throws IOException {
    for (int i = 0; i < 20; i++) {
      register(i);
    }
    BackupManifest made = backup(keys());
    register(99);
    Path restored = directory.resolve("fresh/restored");

    assertThat(BackupReader.verify(file)).isEqualTo(made);
    assertThat(BackupReader.restore(file, restored)).isEqualTo(made);
    assertPrivate(restored);
    assertThat(made.atMs()).isEqualTo(1234);
    assertThat(made.head().sequence()).isEqualTo(21);
    assertThat(restored.resolve("pki/authority.key")).hasContent("secret");
    assertThat(restored.resolve("a-first")).hasContent("1");
    assertThat(restored.resolve("zz-last")).hasContent("2");
    assertThat(restoredRecords(restored, made)).isEqualTo(20);
    assertThat(DirectoryNames.of(directory.resolve("fresh"))).containsExactly("restored");
  }

  @Test
  void backupWhileOthersRegisterIsOneMomentWithEveryBlob() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    CountDownLatch begun = new CountDownLatch(30);
    Thread writer =
        Thread.ofPlatform()
            .name("backup-writer")
            .start(
                () -> {
                  for (int i = 0; !stop.get(); i++) {
                    register(i);
                    if (i % 3 == 0) {
                      forget(i / 2);
                    }
                    begun.countDown();
                  }
                });
    begun.await();
    for (int i = 0; i < 4; i++) {
      BackupManifest made = backup(keys());
      Path restored = directory.resolve("restored-" + i);
      BackupReader.restore(file, restored);
      assertThat(restoredRecords(restored, made)).isPositive();
    }
    stop.set(true);
    writer.join();
  }

  @Test
  void sameStateGivesTheSameBytesOfBlobsAndKeys() throws IOException {
    register(1);
    backup(keys());
    byte[] first = Files.readAllBytes(file);
    backup(keys());
    byte[] second = Files.readAllBytes(file);

    // What follows is the store, whose own files carry times.
    String store = "data/store/";
    int begin = new String(first, ISO_8859_1).indexOf(store);
    assertThat(begin).isGreaterThan(2048);
    assertThat(second).startsWith(Arrays.copyOf(first, begin));
  }

  @Test
  void blobsAreNotDeletedDuringABackup() throws IOException {
    register(1);
    Digest digest = Digest.of("content 1".getBytes(UTF_8));
    BlobCollector nothingIsNamed = new BlobCollector(blobs, Stream::of);
    AtomicBoolean tried = new AtomicBoolean();
    OutputStream out =
        new ByteArrayOutputStream() {
          @Override
          public synchronized void write(byte[] bytes, int from, int length) {
            super.write(bytes, from, length);
            assertThat(blobs.delete(digest)).isFalse();
            assertThat(
                    catchThrowableOfType(FlotillaException.class, nothingIsNamed::collect).code())
                .isEqualTo(ErrorCode.CONFLICT);
            tried.set(true);
          }
        };
    writer().write(keys(), out);

    assertThat(tried).isTrue();
    assertThat(blobs.delete(digest)).isTrue();
    assertThat(directory.resolve("data/blobs/tmp")).isEmptyDirectory();
  }

  @Test
  void damagedBlobFailsTheBackupByName() throws IOException {
    register(1);
    Digest digest = Digest.of("content 1".getBytes(UTF_8));
    Files.writeString(blobs.path(digest), "damaged!!");

    assertThat(failure(() -> backup(keys())))
        .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.BACKUP_FAILED))
        .hasMessageContaining(digest.hex());
    assertThat(failure(() -> BackupReader.verify(file)).code()).isEqualTo(ErrorCode.BACKUP_INVALID);
    assertThat(directory.resolve("data/blobs/tmp")).isEmptyDirectory();
  }

  @Test
  void filesThatCannotBeInABackupAreRefusedByName() throws IOException {
    Path key = Files.writeString(directory.resolve("key"), "secret");
    for (String name :
        List.of(
            "../key",
            "/key",
            "a//b",
            "a/./b",
            "store/x",
            "blobs/x",
            "k y",
            "",
            "a/",
            "x".repeat(96))) {
      assertThat(failure(() -> backup(new TreeMap<>(Map.of(name, key)))))
          .as(name)
          .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.BACKUP_FAILED))
          .hasMessageContaining(name);
    }
    assertThat(failure(() -> backup(new TreeMap<>(Map.of("x", directory.resolve("none"))))).code())
        .isEqualTo(ErrorCode.BACKUP_FAILED);
  }

  @Test
  void outputThatFailsIsABackupThatFailed() throws IOException {
    register(1);
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int one) throws IOException {
            throw new IOException("connection lost");
          }
        };

    assertThat(failure(() -> writer().write(keys(), broken)).code())
        .isEqualTo(ErrorCode.BACKUP_FAILED);
  }

  @Test
  void restoringNeedsAFreshFolder() throws IOException {
    register(1);
    backup(keys());
    Path used = Files.createDirectory(directory.resolve("used"));
    Path empty = Files.createDirectory(directory.resolve("empty"));
    Files.writeString(used.resolve("mine"), "x");

    assertThat(failure(() -> BackupReader.restore(file, used)).code())
        .isEqualTo(ErrorCode.CONFLICT);
    assertThat(DirectoryNames.of(used)).containsExactly("mine");
    BackupReader.restore(file, empty);
    assertThat(DirectoryNames.of(empty)).contains("store", "blobs", "pki");
    assertThat(failure(() -> BackupReader.restore(directory.resolve("none"), used)).code())
        .isEqualTo(ErrorCode.FILE_MISSING);
  }

  private BackupWriter writer() {
    return new BackupWriter(store, blobs, audit, CLOCK);
  }

  private BackupManifest backup(SortedMap<String, Path> files) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      return writer().write(files, out);
    }
  }

  private SortedMap<String, Path> keys() throws IOException {
    Path key = Files.writeString(directory.resolve("key"), "secret");
    Path one = Files.writeString(directory.resolve("one"), "1");
    Path two = Files.writeString(directory.resolve("two"), "2");
    return new TreeMap<>(
        Map.of("pki/authority.key", key, "a-first", one, "zz-last", two, "pki/empty", two));
  }

  /** A blob and the record that names it, as a registration stores them. */
  private void register(int i) {
    byte[] content = ("content " + i).getBytes(UTF_8);
    try (BlobStore.Staged staged = blobs.stage(new ByteArrayInputStream(content), 100)) {
      staged.keep();
      change("register", "ref/" + i, Optional.of(staged.digest().hex().getBytes(UTF_8)));
    }
  }

  private void forget(int i) {
    change("delete", "ref/" + i, Optional.empty());
    blobs.delete(Digest.of(("content " + i).getBytes(UTF_8)));
  }

  private void change(String action, String key, Optional<byte[]> value) {
    DirectTransaction transaction = new DirectTransaction(store);
    value.ifPresentOrElse(bytes -> transaction.put(key, bytes), () -> transaction.delete(key));
    audit.append(transaction, new AuditAction("ada", action, key, Map.of()), transaction.changes());
    transaction.commit();
  }

  /** Number of the references in a restored folder, all of which are sound. */
  private static int restoredRecords(Path restored, BackupManifest made) {
    BlobStore blobs = new BlobStore(restored.resolve("blobs"));
    try (RecordStore store = RocksRecordStore.open(restored.resolve("store"))) {
      AuditLog audit = new AuditLog(store, CLOCK);
      assertThat(audit.verify(Optional.of(made.head())).problems()).isEmpty();
      List<RecordStore.Entry> references = store.scan("ref/", "", RecordStore.MAX_SCAN);
      for (RecordStore.Entry reference : references) {
        Digest digest = new Digest(new String(reference.value(), UTF_8));
        assertThat(blobs.path(digest))
            .hasContent("content " + reference.key().substring("ref/".length()));
      }
      return references.size();
    }
  }

  private static void assertPrivate(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.toList()) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
            .as(path.toString())
            .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------");
      }
    }
  }

  private static FlotillaException failure(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    return catchThrowableOfType(FlotillaException.class, call);
  }
}
