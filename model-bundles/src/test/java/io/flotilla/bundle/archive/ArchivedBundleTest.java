package io.flotilla.bundle.archive;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.fixture.Refusal;
import io.flotilla.bundle.fixture.SmallBundle;
import io.flotilla.bundle.layout.BundleFiles;
import io.flotilla.bundle.layout.BundlePaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchivedBundleTest {
  @TempDir Path folder;
  private Path bundle;
  private Path archive;

  @BeforeEach
  void pack() throws IOException {
    bundle = SmallBundle.write(folder.resolve("bundle"), "digits");
    archive = folder.resolve("bundle.tar");
    BundleArchive.pack(bundle, archive);
  }

  @Test
  void indexHasEveryFileWithItsPlaceAndDigest() throws IOException {
    ArchivedBundle opened = ArchivedBundle.open(archive, ArchiveLimits.DEFAULT);
    byte[] bytes = Files.readAllBytes(archive);

    assertThat(opened.index().entries())
        .extracting(ArchiveEntry::path)
        .containsExactlyElementsOf(BundleFiles.list(bundle).keySet());
    for (ArchiveEntry entry : opened.index().entries()) {
      byte[] content = Files.readAllBytes(bundle.resolve(entry.path()));
      int from = (int) entry.offset();
      assertThat(Arrays.copyOfRange(bytes, from, from + (int) entry.sizeBytes()))
          .isEqualTo(content);
      assertThat(entry.digest()).isEqualTo(Digest.of(content));
      assertThat(opened.read(entry.path(), content.length)).hasValue(content);
    }
    assertThat(opened.read("assets/none", 1)).isEmpty();
  }

  @Test
  void extractsOnlyWhatIsChosen() {
    Path to = folder.resolve("chosen");
    ArchivedBundle.open(archive, ArchiveLimits.DEFAULT)
        .extract(path -> path.startsWith(BundlePaths.MODELS), to);

    assertThat(BundleFiles.list(to).keySet()).containsExactly(SmallBundle.MODEL_PATH);
    assertThat(to.resolve(SmallBundle.MODEL_PATH))
        .hasSameBinaryContentAs(bundle.resolve(SmallBundle.MODEL_PATH));
  }

  @Test
  void limitsHoldWhileIndexing() throws IOException {
    long size = Files.size(archive);
    Refusal.of(
        ErrorCode.BUNDLE_TOO_LARGE,
        () -> ArchivedBundle.open(archive, new ArchiveLimits(1000, size, 10)));
    Refusal.of(
        ErrorCode.BUNDLE_TOO_LARGE,
        () -> ArchivedBundle.open(archive, new ArchiveLimits(size, 1, 10)));
    Refusal.of(
        ErrorCode.BUNDLE_TOO_LARGE,
        () -> ArchivedBundle.open(archive, new ArchiveLimits(size, size, 1)));
    Refusal.of(
        ErrorCode.FILE_MISSING,
        () -> ArchivedBundle.open(folder.resolve("none"), ArchiveLimits.DEFAULT));
  }

  @Test
  void readingMoreThanAllowedAndFromAChangedArchiveIsRefused() throws IOException {
    ArchivedBundle opened = ArchivedBundle.open(archive, ArchiveLimits.DEFAULT);
    Refusal.of(ErrorCode.BUNDLE_TOO_LARGE, () -> opened.read(BundlePaths.MANIFEST, 1));

    byte[] bytes = Files.readAllBytes(archive);
    bytes[(int) opened.index().find(BundlePaths.MANIFEST).orElseThrow().offset()] ^= 1;
    Files.write(archive, bytes);
    Refusal.of(ErrorCode.BUNDLE_DIGEST_MISMATCH, () -> opened.read(BundlePaths.MANIFEST, 1 << 20));
    Files.write(archive, new byte[600]);
    Refusal.of(
        ErrorCode.BUNDLE_DIGEST_MISMATCH,
        () -> opened.extract(_ -> true, folder.resolve("changed")));
  }
}
