package io.flotilla.registry.backup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.audit.AuditHead;
import io.flotilla.registry.codec.RecordCodec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are not what a backup's writer wrote. */
class HostileBackupTest {
  private static final List<Entry> GOOD =
      List.of(
          new Entry("data/a", "first"), new Entry("data/b/c", "second"), new Entry("data/d", ""));

  @TempDir Path directory;
  private Path file;

  private record Entry(String name, String content) {}

  @BeforeEach
  void place() {
    file = directory.resolve("backup.tar");
  }

  @Test
  void soundBackupIsRestored() throws IOException {
    Files.write(file, made(GOOD, GOOD));

    assertThat(BackupReader.verify(file).files()).isEqualTo(3);
    BackupReader.restore(file, directory.resolve("restored"));
    assertThat(directory.resolve("restored/b/c")).hasContent("second");
  }

  @Test
  void everyTruncationIsRefused() throws IOException {
    byte[] good = made(GOOD, GOOD);
    for (int length = 0; length < good.length; length += 97) {
      Files.write(file, Arrays.copyOf(good, length));
      assertRefused("length %d".formatted(length));
    }
    Files.write(file, Arrays.copyOf(good, good.length - 1));
    assertRefused("all but the last byte");
    Files.write(file, Arrays.copyOf(good, good.length + 1));
    assertRefused("one byte more");
  }

  @Test
  void everyFlippedBitIsRefused() throws IOException {
    byte[] good = made(GOOD, GOOD);
    Random random = new Random(5);
    for (int at = 0; at < good.length; at++) {
      byte[] damaged = good.clone();
      damaged[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, damaged);
      assertRefused("seed 5, byte %d".formatted(at));
    }
  }

  @Test
  void damagedMissingAndAddedFilesAreNamed() throws IOException {
    Entry edited = new Entry("data/b/c", "sEcond");
    Entry added = new Entry("data/c", "x");

    assertThat(refusalOf(made(List.of(GOOD.get(0), edited, GOOD.get(2)), GOOD)))
        .contains("data/b/c is damaged");
    assertThat(refusalOf(made(List.of(GOOD.get(0), GOOD.get(2)), GOOD)))
        .contains("data/b/c is missing");
    assertThat(refusalOf(made(GOOD.subList(0, 2), GOOD))).contains("missing at its end");
    assertThat(refusalOf(made(List.of(GOOD.get(0), GOOD.get(1), added, GOOD.get(2)), GOOD)))
        .contains("data/c is not in its list");
    assertThat(refusalOf(made(List.of(GOOD.get(1), GOOD.get(0), GOOD.get(2)), GOOD)))
        .contains("data/a is not in its place");
    assertThat(refusalOf(made(List.of(GOOD.get(0), GOOD.get(0)), GOOD)))
        .contains("data/a is not in its place");
  }

  @Test
  void unsafeNamesAreRefusedAndNothingIsWrittenOutside() throws IOException {
    for (String name :
        List.of(
            "data/../../escaped",
            "data/b/..",
            "data/./a",
            "data//a",
            "/data/a",
            "data/a\\n",
            "data/\\u0000",
            "other/a")) {
      List<Entry> hostile = new ArrayList<>(GOOD);
      hostile.add(new Entry(name, "x"));
      hostile.sort((one, other) -> one.name().compareTo(other.name()));
      byte[] tar = made(hostile, hostile);
      Files.write(file, tar);
      assertRefused(name);
    }
    assertThat(directory.resolve("escaped")).doesNotExist();
    assertThat(directory.resolve("../escaped")).doesNotExist();
  }

  @Test
  void fileThatIsAFolderTooIsRefused() throws IOException {
    List<Entry> hostile = List.of(new Entry("data/a", "x"), new Entry("data/a/b", "y"));
    Files.write(file, made(hostile, hostile));

    FlotillaException refused =
        catchThrowableOfType(
            FlotillaException.class,
            () -> BackupReader.restore(file, directory.resolve("restored")));
    assertThat(refused.code()).isEqualTo(ErrorCode.BACKUP_INVALID);
    assertThat(DirectoryNames.of(directory)).containsExactly("backup.tar");
  }

  @Test
  void linksFoldersAndExtensionsAreRefused() throws IOException {
    for (byte type :
        new byte[] {
          TarArchiveEntry.LF_SYMLINK,
          TarArchiveEntry.LF_LINK,
          TarArchiveEntry.LF_DIR,
          TarArchiveEntry.LF_FIFO,
          TarArchiveEntry.LF_PAX_EXTENDED_HEADER_LC,
          TarArchiveEntry.LF_GNUTYPE_LONGNAME
        }) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
        TarArchiveEntry entry = new TarArchiveEntry("data/a", type);
        entry.setLinkName("/etc/passwd");
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
      }
      Files.write(file, bytes.toByteArray());
      assertRefused("type " + (char) type);
    }
  }

  @Test
  void otherFormatsAndHugeManifestsAreRefused() throws IOException {
    assertThat(refusalOf(made(GOOD, GOOD, 2, ""))).contains("format 2");
    assertThat(refusalOf(made(GOOD, GOOD, 1, " ".repeat(1 << 16)))).contains("too large");
    assertThat(refusalOf(made(GOOD, GOOD, 1, "}"))).contains("backup.json cannot be read");
    assertThat(refusalOf("hello".getBytes(UTF_8))).contains("ends too early");
    assertThat(refusalOf(new byte[0])).contains("ends too early");
    assertThat(refusalOf(new byte[4096])).contains("tar header at byte 0");
  }

  private String refusalOf(byte[] tar) throws IOException {
    Files.write(file, tar);
    FlotillaException refused =
        catchThrowableOfType(FlotillaException.class, () -> BackupReader.verify(file));
    assertThat(refused).isNotNull();
    assertThat(refused.code()).isEqualTo(ErrorCode.BACKUP_INVALID);
    assertThat(refused).hasMessageContaining(file.toString());
    return String.valueOf(refused.getMessage());
  }

  /** By verifying and by restoring, which leaves nothing. */
  private void assertRefused(String what) throws IOException {
    FlotillaException verifying =
        catchThrowableOfType(FlotillaException.class, () -> BackupReader.verify(file));
    FlotillaException restoring =
        catchThrowableOfType(
            FlotillaException.class,
            () -> BackupReader.restore(file, directory.resolve("restored")));
    assertThat(verifying).as(what).isNotNull();
    assertThat(verifying.code()).as(what).isEqualTo(ErrorCode.BACKUP_INVALID);
    assertThat(restoring.code()).as(what).isEqualTo(ErrorCode.BACKUP_INVALID);
    assertThat(DirectoryNames.of(directory)).as(what).containsExactly("backup.tar");
  }

  private static byte[] made(List<Entry> entries, List<Entry> listed) throws IOException {
    return made(entries, listed, BackupManifest.FORMAT, "");
  }

  /** A backup with these entries, whose list and manifest speak of others. */
  private static byte[] made(List<Entry> entries, List<Entry> listed, int format, String behind)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    TarWriter tar = new TarWriter(bytes);
    long size = 0;
    for (Entry entry : entries) {
      write(tar, entry.name(), entry.content());
      size += entry.content().length();
    }
    StringBuilder list = new StringBuilder();
    for (Entry entry : listed) {
      list.append(BackupWriter.line(Digest.of(entry.content().getBytes(UTF_8)), entry.name()));
    }
    write(tar, BackupManifest.LIST, list.toString());
    BackupManifest manifest =
        new BackupManifest(
            format,
            0,
            AuditHead.NONE,
            entries.size(),
            size,
            Digest.of(list.toString().getBytes(UTF_8)).hex());
    String json = new String(RecordCodec.encode(manifest), UTF_8) + behind;
    write(tar, BackupManifest.NAME, json);
    write(
        tar,
        BackupManifest.SEAL,
        BackupWriter.line(Digest.of(json.getBytes(UTF_8)), BackupManifest.NAME));
    tar.end();
    return bytes.toByteArray();
  }

  private static void write(TarWriter tar, String name, String content) throws IOException {
    byte[] bytes = content.getBytes(UTF_8);
    tar.write(new TarHeader(name, bytes.length), new ByteArrayInputStream(bytes));
  }
}
