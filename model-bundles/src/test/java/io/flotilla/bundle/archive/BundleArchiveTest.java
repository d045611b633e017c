package io.flotilla.bundle.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.fixture.Refusal;
import io.flotilla.bundle.fixture.SmallBundle;
import io.flotilla.bundle.layout.BundleFiles;
import io.flotilla.bundle.layout.BundlePaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BundleArchiveTest {
  private static final ArchiveLimits DEFAULT = ArchiveLimits.DEFAULT;

  @TempDir Path folder;
  private Path bundle;
  private Path archive;
  private Path unpacked;

  @BeforeEach
  void writeBundle() throws IOException {
    bundle = SmallBundle.write(folder.resolve("bundle"), "digits");
    archive = folder.resolve("bundle.tar");
    unpacked = folder.resolve("unpacked");
  }

  @Test
  void unpacksWhatItPacks() throws IOException {
    BundleArchive.pack(bundle, archive);
    BundleArchive.unpack(archive, unpacked, DEFAULT);
    assertThat(BundleFiles.list(unpacked)).isEqualTo(BundleFiles.list(bundle));
    for (String path : BundleFiles.list(bundle).keySet()) {
      assertThat(unpacked.resolve(path)).hasSameBinaryContentAs(bundle.resolve(path));
    }
    assertThat(leftovers()).containsExactly("bundle", "bundle.tar", "unpacked");
  }

  @Test
  void packsTheSameContentToTheSameBytes() throws IOException {
    Digest first = BundleArchive.pack(bundle, archive);
    Path again = SmallBundle.write(folder.resolve("again"), "digits");
    Path model = again.resolve(SmallBundle.MODEL_PATH);
    Files.setLastModifiedTime(model, FileTime.fromMillis(1));
    Files.setPosixFilePermissions(model, PosixFilePermissions.fromString("rwx------"));
    Files.createDirectory(again.resolve("empty"));
    Path other = folder.resolve("other.tar");
    assertThat(BundleArchive.pack(again, other)).isEqualTo(first);
    assertThat(other).hasSameBinaryContentAs(archive);
    assertThat(Digest.ofFile(other)).isEqualTo(first);
  }

  @Test
  void packsWhatItUnpackedToTheSameBytes() {
    Digest first = BundleArchive.pack(bundle, archive);
    BundleArchive.unpack(archive, unpacked, DEFAULT);
    assertThat(BundleArchive.pack(unpacked, folder.resolve("second.tar"))).isEqualTo(first);
  }

  @Test
  void packsFilesOfEverySizeAroundABlock() throws IOException {
    for (int size = 0; size <= 2 * TarHeader.BLOCK_BYTES; size += 64) {
      Files.write(bundle.resolve("assets_" + size), new byte[size]);
    }
    Digest first = BundleArchive.pack(bundle, archive);
    BundleArchive.unpack(archive, unpacked, DEFAULT);
    assertThat(BundleArchive.pack(unpacked, folder.resolve("second.tar"))).isEqualTo(first);
  }

  @Test
  void refusesToPackLinks() throws IOException {
    Files.createSymbolicLink(bundle.resolve("link"), Path.of("bundle.json"));
    Refusal.of(ErrorCode.BUNDLE_PATH_UNSAFE, () -> BundleArchive.pack(bundle, archive));
    assertThat(leftovers()).containsExactly("bundle");
  }

  @Test
  void refusesToPackBadNamesNothingAndItself() throws IOException {
    Refusal.of(ErrorCode.INPUT_INVALID, () -> BundleArchive.pack(bundle, bundle.resolve("a.tar")));
    Path empty = Files.createDirectory(folder.resolve("empty"));
    Refusal.of(ErrorCode.BUNDLE_MALFORMED, () -> BundleArchive.pack(empty, archive));
    Refusal.of(
        ErrorCode.FILE_MISSING, () -> BundleArchive.pack(folder.resolve("nothing"), archive));
    Files.createFile(bundle.resolve(".hidden"));
    Refusal.of(ErrorCode.BUNDLE_PATH_UNSAFE, () -> BundleArchive.pack(bundle, archive));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../evil", "/evil", "a/../../evil", "a/./b", "..", "a//b", "é"})
  void refusesPathsThatEscape(String path) throws IOException {
    writeTar(file(path, 3));
    refused(ErrorCode.BUNDLE_PATH_UNSAFE);
    assertThat(folder.resolve("evil")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(bytes = {TarConstants.LF_SYMLINK, TarConstants.LF_LINK})
  void refusesLinks(byte kind) throws IOException {
    TarArchiveEntry link = new TarArchiveEntry("link", kind);
    link.setLinkName("/etc/passwd");
    writeTar(link);
    refused(ErrorCode.BUNDLE_PATH_UNSAFE);
  }

  @ParameterizedTest
  @ValueSource(
      bytes = {TarConstants.LF_CHR, TarConstants.LF_BLK, TarConstants.LF_FIFO, TarConstants.LF_DIR})
  void refusesDevicesPipesAndFolders(byte kind) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry("entry", kind);
    entry.setModTime(FileTime.fromMillis(0));
    writeTar(entry);
    refused(ErrorCode.BUNDLE_NOT_CANONICAL);
  }

  @Test
  void refusesRepeatedAndCollidingPaths() throws IOException {
    writeTar(file("a", 1), file("a", 1));
    refused(ErrorCode.BUNDLE_PATH_UNSAFE);
    writeTar(file("A", 1), file("a", 1));
    refused(ErrorCode.BUNDLE_PATH_UNSAFE);
    writeTar(file("a", 1), file("a/b", 1));
    refused(ErrorCode.BUNDLE_PATH_UNSAFE);
  }

  @Test
  void refusesAnotherOrder() throws IOException {
    writeTar(file("b", 1), file("a", 1));
    refused(ErrorCode.BUNDLE_NOT_CANONICAL);
  }

  @Test
  void refusesOtherAttributes() throws IOException {
    TarArchiveEntry owned = file("a", 1);
    owned.setUserId(1000);
    writeTar(owned);
    refused(ErrorCode.BUNDLE_NOT_CANONICAL);
    TarArchiveEntry executable = file("a", 1);
    executable.setMode(0755);
    writeTar(executable);
    refused(ErrorCode.BUNDLE_NOT_CANONICAL);
    TarArchiveEntry dated = file("a", 1);
    dated.setModTime(FileTime.fromMillis(1_000_000));
    writeTar(dated);
    refused(ErrorCode.BUNDLE_NOT_CANONICAL);
  }

  @Test
  void refusesWhatIsOverALimitBeforeWriting() throws IOException {
    writeTar(file("a", 100), file("b", 101));
    long size = Files.size(archive);
    refused(ErrorCode.BUNDLE_TOO_LARGE, new ArchiveLimits(size - 1, 101, 2));
    refused(ErrorCode.BUNDLE_TOO_LARGE, new ArchiveLimits(size, 100, 2));
    refused(ErrorCode.BUNDLE_TOO_LARGE, new ArchiveLimits(size, 101, 1));
    BundleArchive.unpack(archive, unpacked, new ArchiveLimits(size, 101, 2));
  }

  @Test
  void refusesASizeThatTheArchiveDoesNotHave() throws IOException {
    byte[] header = new byte[TarHeader.BLOCK_BYTES];
    new TarHeader("a", 1L << 32).entry().writeEntryHeader(header);
    Files.write(archive, header);
    refused(ErrorCode.BUNDLE_TOO_LARGE);
    new TarHeader("a", 1L << 30).entry().writeEntryHeader(header);
    Files.write(archive, header);
    refused(ErrorCode.BUNDLE_MALFORMED);
  }

  @Test
  void refusesForeignFiles() throws IOException {
    Files.write(archive, new byte[] {});
    refused(ErrorCode.BUNDLE_MALFORMED);
    Files.writeString(archive, "x".repeat(4096));
    refused(ErrorCode.BUNDLE_MALFORMED);
    Files.write(archive, new byte[1024]);
    refused(ErrorCode.BUNDLE_MALFORMED);
    Files.delete(archive);
    refused(ErrorCode.FILE_MISSING);
  }

  @Test
  void refusesLongerBlockingAtTheEnd() throws IOException {
    try (TarArchiveOutputStream tar =
        new TarArchiveOutputStream(Files.newOutputStream(archive), 10_240)) {
      put(tar, file("a", 1));
    }
    refused(ErrorCode.BUNDLE_NOT_CANONICAL);
  }

  @Test
  void leavesAFolderThatExistsAlone() throws IOException {
    BundleArchive.pack(bundle, archive);
    Files.createDirectory(unpacked);
    Files.createFile(unpacked.resolve("mine"));
    Refusal.of(ErrorCode.CONFLICT, () -> BundleArchive.unpack(archive, unpacked, DEFAULT));
    assertThat(BundleFiles.list(unpacked)).containsOnlyKeys("mine");
  }

  @Test
  void clearsAwayWhatAnInterruptedUnpackingLeft() throws IOException {
    BundleArchive.pack(bundle, archive);
    Path partial = Files.createDirectory(folder.resolve("unpacked.partial"));
    Files.createFile(partial.resolve("half"));
    BundleArchive.unpack(archive, unpacked, DEFAULT);
    assertThat(BundleFiles.list(unpacked))
        .containsKey(BundlePaths.MANIFEST)
        .doesNotContainKey("half");
    assertThat(partial).doesNotExist();
  }

  @Test
  void limitsArePositive() {
    assertThatIllegalArgumentException().isThrownBy(() -> new ArchiveLimits(0, 1, 1));
  }

  private void refused(ErrorCode code) throws IOException {
    refused(code, DEFAULT);
  }

  private void refused(ErrorCode code, ArchiveLimits limits) throws IOException {
    Refusal.of(code, () -> BundleArchive.unpack(archive, unpacked, limits));
    assertThat(leftovers()).doesNotContain("unpacked", "unpacked.partial");
  }

  private List<String> leftovers() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  private static TarArchiveEntry file(String path, int size) {
    TarArchiveEntry entry = new TarArchiveEntry(path, true);
    entry.setSize(size);
    entry.setMode(0644);
    entry.setModTime(FileTime.fromMillis(0));
    return entry;
  }

  private void writeTar(TarArchiveEntry... entries) throws IOException {
    try (TarArchiveOutputStream tar =
        new TarArchiveOutputStream(Files.newOutputStream(archive), TarHeader.BLOCK_BYTES)) {
      for (TarArchiveEntry entry : entries) {
        put(tar, entry);
      }
    }
  }

  private static void put(TarArchiveOutputStream tar, TarArchiveEntry entry) throws IOException {
    tar.putArchiveEntry(entry);
    tar.write(new byte[(int) entry.getSize()]);
    tar.closeArchiveEntry();
  }
}
