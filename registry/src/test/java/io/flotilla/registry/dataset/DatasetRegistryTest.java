package io.flotilla.registry.dataset;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.blob.BlobStore;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.rocksdb.RocksRecordStore;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetRegistryTest {
  private static final String CSV = "p0,label\n1,a\n2,b\n";

  @TempDir Path directory;
  private RecordStore store;
  private DatasetRegistry registry;

  @BeforeEach
  void open() {
    store = RocksRecordStore.open(directory.resolve("store"));
    registry =
        new DatasetRegistry(
            store,
            new BlobStore(directory.resolve("blobs")),
            Clock.fixed(Instant.ofEpochMilli(77), ZoneOffset.UTC));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void versionIsItsContent() {
    DatasetRegistry.Registered first = register("digits-train", CSV);
    DatasetRegistry.Registered same = register("digits-train", CSV);
    DatasetRegistry.Registered other = register("digits-train", CSV + "3,a\n");

    assertThat(first.created()).isTrue();
    assertThat(same.created()).isFalse();
    assertThat(same.dataset()).isEqualTo(first.dataset());
    assertThat(other.dataset().version()).isEqualTo(2);
    assertThat(first.dataset())
        .isEqualTo(
            new Dataset(
                "digits-train",
                1,
                Digest.of(CSV.getBytes(UTF_8)).hex(),
                CSV.length(),
                2,
                java.util.List.of("p0", "label"),
                Map.of("k", "v"),
                77));
    assertThat(first.dataset().reference())
        .isEqualTo("digits-train:1@" + Digest.of(CSV.getBytes(UTF_8)));
    assertThat(registry.content(first.dataset())).hasContent(CSV);
    assertThat(registry.list()).containsExactly(first.dataset(), other.dataset());
  }

  @Test
  void countsManyVersions() {
    for (int i = 1; i <= 40; i++) {
      assertThat(register("d", "x\n" + i + "\n").dataset().version()).isEqualTo(i);
    }
    assertThat(registry.resolve("d").version()).isEqualTo(40);
    assertThat(registry.resolve("d:7").version()).isEqualTo(7);
  }

  @Test
  void unknownReferencesAreNotFound() {
    register("d", CSV);

    for (String reference : new String[] {"e", "d:2", "d:0", "d:x", "d:", ":1", "", "D", "d:1:1"}) {
      assertThat(code(() -> registry.resolve(reference)))
          .as(reference)
          .isEqualTo(ErrorCode.DATASET_NOT_FOUND);
    }
  }

  @Test
  void refusalsRegisterNothingAndLeaveNothing() {
    assertThat(code(() -> register("d", "a,b\n1\n"))).isEqualTo(ErrorCode.DATASET_INVALID);
    assertThat(code(() -> register("d", "a,b\n"))).isEqualTo(ErrorCode.DATASET_INVALID);
    assertThat(code(() -> register("d/e", CSV))).isEqualTo(ErrorCode.NAME_INVALID);

    assertThat(registry.list()).isEmpty();
    assertThat(directory.resolve("blobs/tmp")).isEmptyDirectory();
  }

  private DatasetRegistry.Registered register(String name, String csv) {
    return registry.register(name, new ByteArrayInputStream(csv.getBytes(UTF_8)), Map.of("k", "v"));
  }

  private static ErrorCode code(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    FlotillaException refused = catchThrowableOfType(FlotillaException.class, call);
    assertThat(refused).isNotNull();
    return refused.code();
  }
}
