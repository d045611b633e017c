package io.flotilla.registry.dataset;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.dataset.parquet.ParquetFiles;
import io.flotilla.registry.dataset.profile.ProfileBuilder;
import io.flotilla.registry.dataset.table.RowSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files cut short, with flipped bits or with false lengths: read, or refused as what they are. */
class HostileDatasetsTest {
  private static final int TRIALS = 1000;

  @TempDir private Path folder;

  @ParameterizedTest
  @Timeout(120)
  @ValueSource(
      strings = {
        "types-none-v1",
        "types-snappy-v1",
        "types-gzip-v2",
        "types-zstd-v2",
        "delta",
        "checksums",
        "int96",
        "polars",
        "duckdb"
      })
  void damagedParquetIsReadOrRefused(String name) throws IOException {
    assertReadOrRefused(DatasetFormat.PARQUET, ParquetFiles.bytes(name + ".parquet"), 11);
  }

  @Test
  @Timeout(120)
  void damagedNdjsonIsReadOrRefused() throws IOException {
    String rows = "{\"a\":1,\"b\":\"x é\",\"c\":[1,2]}\n{\"a\":-1.5e3,\"b\":null,\"d\":true}\n";
    assertReadOrRefused(
        DatasetFormat.NDJSON, rows.replace("[1,2]", "\"2026-01-01\"").getBytes(UTF_8), 12);
  }

  @Test
  @Timeout(120)
  void damagedCsvIsReadOrRefused() throws IOException {
    String rows = "a,b,\"c d\"\n1,\"x \"\"é\"\"\",2026-01-01\n-1.5,,true\r\n7,\"l\nm\",nan\n";
    assertReadOrRefused(DatasetFormat.CSV, rows.getBytes(UTF_8), 13);
  }

  @Test
  @Timeout(60)
  void footersAndPagesThatClaimTooMuchAreRefused() throws IOException {
    byte[] file = ParquetFiles.bytes("types-none-v1.parquet");
    for (int claim : new int[] {0, -1, Integer.MAX_VALUE, file.length - 11, file.length}) {
      byte[] changed = file.clone();
      ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putInt(file.length - 8, claim);
      assertRefused(DatasetFormat.PARQUET, changed);
    }
    // 1,000 nested structs where the metadata should be.
    byte[] deep = new byte[1012];
    Arrays.fill(deep, (byte) 0x1C);
    System.arraycopy("PAR1".getBytes(UTF_8), 0, deep, 0, 4);
    ByteBuffer.wrap(deep).order(ByteOrder.LITTLE_ENDIAN).putInt(1004, 1000);
    System.arraycopy("PAR1".getBytes(UTF_8), 0, deep, 1008, 4);
    assertRefused(DatasetFormat.PARQUET, deep);
    assertRefused(DatasetFormat.PARQUET, "PAR1".getBytes(UTF_8));
    assertRefused(DatasetFormat.PARQUET, "PAR1xxxxxxxxxxxPARE".getBytes(UTF_8));
  }

  private void assertRefused(DatasetFormat format, byte[] content) {
    assertThatThrownBy(() -> profile(format, content))
        .isInstanceOfSatisfying(
            FlotillaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.DATASET_INVALID));
  }

  private void assertReadOrRefused(DatasetFormat format, byte[] content, long seed)
      throws IOException {
    Random random = new Random(seed);
    int refused = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
      byte[] damaged = damaged(content, random);
      try {
        profile(format, damaged);
      } catch (FlotillaException e) {
        assertThat(e.code())
            .as("seed %d, trial %d: %s", seed, trial, e)
            .isEqualTo(ErrorCode.DATASET_INVALID);
        refused++;
      }
    }
    assertThat(refused).as("damage that was seen").isGreaterThan(TRIALS / 10);
  }

  private static byte[] damaged(byte[] content, Random random) {
    if (random.nextInt(6) == 0) {
      return Arrays.copyOf(content, random.nextInt(content.length));
    }
    byte[] damaged = content.clone();
    for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
      int at = random.nextInt(damaged.length);
      if (random.nextBoolean()) {
        damaged[at] ^= (byte) (1 << random.nextInt(Byte.SIZE));
      } else {
        damaged[at] = (byte) random.nextInt();
      }
    }
    return damaged;
  }

  private void profile(DatasetFormat format, byte[] content) throws IOException {
    Path file = Files.write(folder.resolve("t"), content);
    try (RowSource rows = format.open(file)) {
      ProfileBuilder.of(rows);
    }
  }
}
