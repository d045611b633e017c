package io.flotilla.agent.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.agent.deployment.ArchiveFetch.Effect;
import io.flotilla.agent.testing.TestBundle;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.signing.SigningKey;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.BundlePart;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveFetchTest {
  private static final long PLENTY = 1L << 40;

  @TempDir Path root;
  private TestBundle bundle;
  private Assignment assignment;
  private Path folder;

  @BeforeEach
  void bundle() {
    bundle = TestBundle.make(root, 1, TestBundle.Content.of(1), SigningKey.generate());
    assignment =
        new Assignment(
            1,
            "default",
            "dev-1",
            1,
            bundle.version(),
            bundle.transport(),
            new Assignment.Validity(0, 1),
            new Assignment.Purpose("r", false));
    folder = root.resolve("fetch");
  }

  @Test
  void putsAnArchiveTogetherInAnyOrder() throws Exception {
    try (ArchiveFetch fetch = open()) {
      assertThat(fetch.need().index()).isTrue();
      assertThat(fetch.accept(chunk(1))).isEqualTo(Effect.NOT_NEEDED);
      assertThat(fetch.accept(index())).isEqualTo(Effect.INDEXED);
      assertThat(fetch.accept(index())).isEqualTo(Effect.NOT_NEEDED);
      int count = assignment.archive().chunkCount();
      assertThat(BitSet.valueOf(fetch.need().missing()).cardinality()).isEqualTo(count);
      for (int i = count - 1; i > 0; i--) {
        assertThat(fetch.accept(chunk(i))).isEqualTo(Effect.STORED);
        assertThat(fetch.accept(chunk(i))).isEqualTo(Effect.NOT_NEEDED);
      }
      assertThat(fetch.accept(chunk(0))).isEqualTo(Effect.COMPLETED);
      assertThat(fetch.complete()).isTrue();
    }
    assertThat(ArchiveFetch.archiveIn(folder)).hasSameBinaryContentAs(bundle.archive());
  }

  @Test
  void goesOnAfterARestartWithWhatIsWholeOnDisk() throws Exception {
    try (ArchiveFetch fetch = open()) {
      fetch.accept(index());
      fetch.accept(chunk(0));
      fetch.accept(chunk(2));
    }
    Path archive = ArchiveFetch.archiveIn(folder);
    byte[] bytes = Files.readAllBytes(archive);
    bytes[5] ^= 1;
    Files.write(archive, bytes);
    try (ArchiveFetch fetch = open()) {
      BitSet missing = BitSet.valueOf(fetch.need().missing());
      assertThat(missing.get(0)).as("damaged on disk").isTrue();
      assertThat(missing.get(1)).isTrue();
      assertThat(missing.get(2)).isFalse();
    }
  }

  @Test
  void storesNoChunkWithAFlippedBit() {
    try (ArchiveFetch fetch = open()) {
      fetch.accept(index());
      for (int bit = 0; bit < 4_096; bit += 97) {
        byte[] data = bundle.chunk(0);
        data[bit / 8] ^= (byte) (1 << (bit % 8));
        assertThat(fetch.accept(new BundlePart.Chunk(0, data))).isEqualTo(Effect.WRONG);
      }
      assertThat(fetch.accept(new BundlePart.Chunk(-1, new byte[0]))).isEqualTo(Effect.WRONG);
      assertThat(fetch.accept(new BundlePart.Chunk(99, new byte[0]))).isEqualTo(Effect.WRONG);
      assertThat(fetch.missingChunks()).isEqualTo(assignment.archive().chunkCount());
    }
  }

  @Test
  void believesNoOtherIndex() {
    try (ArchiveFetch fetch = open()) {
      byte[] raw = bundle.table().rawDigests();
      raw[3] ^= 1;
      assertThat(fetch.accept(new BundlePart.Index(raw))).isEqualTo(Effect.WRONG);
      assertThat(fetch.need().index()).isTrue();
    }
  }

  @Test
  void saysBeforehandThatTheDiskIsTooSmall() {
    assertThatThrownBy(() -> ArchiveFetch.open(folder, assignment, 1_000))
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DISK_FULL));
  }

  @Test
  void saysThatTheDiskIsFull() throws Exception {
    Files.createDirectories(folder);
    Files.createSymbolicLink(ArchiveFetch.archiveIn(folder), Path.of("/dev/full"));
    assertThatThrownBy(() -> ArchiveFetch.open(folder, assignment, PLENTY))
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DISK_FULL));
    Files.delete(ArchiveFetch.archiveIn(folder));
  }

  @Test
  void saysThatTheFolderCannotBeWritten() throws Exception {
    Files.writeString(folder, "a file where the folder should be");
    assertThatThrownBy(() -> ArchiveFetch.open(folder, assignment, PLENTY))
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_FAILED));
  }

  private ArchiveFetch open() {
    return ArchiveFetch.open(folder, assignment, PLENTY);
  }

  private BundlePart index() {
    return new BundlePart.Index(bundle.table().rawDigests());
  }

  private BundlePart chunk(int i) {
    return new BundlePart.Chunk(i, bundle.chunk(i));
  }
}
