package io.flotilla.bundle.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.fixture.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkTableTest {
  private static final int CHUNK = ChunkTable.CHUNK_BYTES;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK})
  void coversTheArchiveChunkByChunk(int size) throws IOException {
    byte[] archive = new byte[size];
    new Random(42).nextBytes(archive);
    ChunkTable table = ChunkTable.of(Files.write(folder.resolve("archive"), archive));
    assertThat(table.sizeBytes()).isEqualTo(size);
    int covered = 0;
    for (int i = 0; i < table.count(); i++) {
      assertThat(table.offsetOf(i)).isEqualTo(covered);
      byte[] chunk = Arrays.copyOfRange(archive, covered, covered + table.lengthOf(i));
      assertThat(table.matches(i, chunk)).isTrue();
      chunk[0]++;
      assertThat(table.matches(i, chunk)).isFalse();
      covered += chunk.length;
    }
    assertThat(covered).isEqualTo(size);
    assertThat(ChunkTable.parse(size, table.rawDigests(), table.listDigest())).isEqualTo(table);
  }

  @ParameterizedTest
  @ValueSource(ints = {1000, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 7, 10 * CHUNK})
  void piecesOfAnySizeGiveTheSameTable(int piece) throws IOException {
    byte[] archive = new byte[5 * CHUNK + 3];
    new Random(42).nextBytes(archive);
    ChunkTable.Builder table = new ChunkTable.Builder();
    for (int from = 0; from < archive.length; from += piece) {
      table.write(archive, from, Math.min(piece, archive.length - from));
    }
    assertThat(table.build())
        .isEqualTo(ChunkTable.of(Files.write(folder.resolve("archive"), archive)));
    Refusal.of(ErrorCode.BUNDLE_MALFORMED, new ChunkTable.Builder()::build);
  }

  @Test
  void matchesNoChunkThatItDoesNotHave() {
    ChunkTable table = new ChunkTable(3, List.of(Digest.of(new byte[3])));
    assertThat(table.matches(0, new byte[3])).isTrue();
    assertThat(table.matches(1, new byte[3])).isFalse();
    assertThat(table.matches(-1, new byte[3])).isFalse();
    assertThat(table.matches(0, new byte[2])).isFalse();
  }

  @Test
  void refusesATableWithAnotherDigest() {
    byte[] raw = new byte[Digest.BYTES];
    Refusal.of(
        ErrorCode.BUNDLE_DIGEST_MISMATCH,
        () -> ChunkTable.parse(1, raw, Digest.of(new byte[] {1})));
  }

  @Test
  void refusesATableThatDoesNotFitTheSize() {
    byte[] raw = new byte[Digest.BYTES];
    for (long size : new long[] {0, -1, CHUNK + 1}) {
      Refusal.of(ErrorCode.BUNDLE_MALFORMED, () -> ChunkTable.parse(size, raw, Digest.of(raw)));
    }
    byte[] uneven = new byte[Digest.BYTES + 1];
    Refusal.of(ErrorCode.BUNDLE_MALFORMED, () -> ChunkTable.parse(1, uneven, Digest.of(uneven)));
    Refusal.of(
        ErrorCode.BUNDLE_TOO_LARGE,
        () -> ChunkTable.parse(ChunkTable.MAX_ARCHIVE_BYTES + 1, raw, Digest.of(raw)));
  }

  @Test
  void refusesMissingAndEmptyArchives() throws IOException {
    Refusal.of(ErrorCode.FILE_MISSING, () -> ChunkTable.of(folder.resolve("nothing")));
    Path empty = Files.createFile(folder.resolve("empty"));
    Refusal.of(ErrorCode.BUNDLE_MALFORMED, () -> ChunkTable.of(empty));
  }
}
