package io.flotilla.registry.custody;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.audit.AuditLog;
import io.flotilla.registry.audit.AuditProblem;
import io.flotilla.registry.audit.AuditProblem.Kind;
import io.flotilla.registry.audit.AuditVerdict;
import io.flotilla.registry.blob.BlobStore;
import io.flotilla.registry.dataset.Dataset;
import io.flotilla.registry.dataset.DatasetRegistry;
import io.flotilla.registry.store.CheckpointStore;
import io.flotilla.registry.store.rocksdb.RocksRecordStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StorageVerifierTest {
  private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(1234), ZoneOffset.UTC);

  @TempDir Path directory;
  private CheckpointStore store;
  private BlobStore blobs;
  private DatasetRegistry datasets;
  private StorageVerifier verifier;

  @BeforeEach
  void open() {
    store = RocksRecordStore.open(directory.resolve("store"));
    blobs = new BlobStore(directory.resolve("blobs"));
    datasets = new DatasetRegistry(store, blobs, CLOCK);
    AuditLog audit = new AuditLog(store, CLOCK);
    verifier = new StorageVerifier(audit, store, blobs, datasets::blobUses);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void blobsThatAreDamagedOrGoneAreNamedWithAllThatNeedThem() throws IOException {
    Dataset whole = dataset("whole", "1,2");
    Dataset damaged = dataset("damaged", "3,4");
    dataset("the-same", "3,4");
    Dataset gone = dataset("gone", "5,6");
    begin();
    StorageVerifier.Verified before = verifier.verify(Optional.empty());
    assertThat(before.verdict().problems()).isEmpty();
    assertThat(before.blobs()).isEqualTo(3);

    Files.writeString(file(damaged), "a,b\n3,5\n");
    Files.delete(file(gone));

    StorageVerifier.Verified after = verifier.verify(Optional.empty());
    assertThat(after.blobs()).isEqualTo(3);
    assertThat(after.verdict().intact()).isFalse();
    assertThat(after.verdict().problems())
        .extracting(AuditProblem::kind, problem -> problem.key().orElse(""))
        .containsExactlyInAnyOrder(
            tuple(Kind.BLOB_DAMAGED, damaged),
            tuple(Kind.BLOB_DAMAGED, damaged),
            tuple(Kind.BLOB_MISSING, gone));
    assertThat(messages(after.verdict()))
        .contains("dataset damaged:1", "dataset the-same:1", "dataset gone:1")
        .doesNotContain("whole:1");
    assertThat(verifier.verifyRecords(Optional.empty()).verdict().intact()).isTrue();
    assertThat(datasets.content(whole)).exists();
    for (Dataset lost : List.of(damaged, gone)) {
      assertThatThrownBy(() -> datasets.content(lost))
          .hasMessageContaining(lost.reference())
          .isInstanceOfSatisfying(
              FlotillaException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_CORRUPT));
    }
  }

  @Test
  void aStoreThatIsOnlyWholeInItsCacheIsNotIntact() throws IOException {
    for (int i = 0; i < 50; i++) {
      dataset("d" + i, i + ",1");
    }
    begin();
    store.close();
    RocksRecordStore.open(directory.resolve("store")).close();
    open();
    assertThat(verifier.verify(Optional.empty()).verdict().intact()).isTrue();
    for (Path table : tables()) {
      byte[] content = Files.readAllBytes(table);
      content[50] ^= 1;
      Files.write(table, content);
    }
    assertThat(verifier.verifyRecords(Optional.empty()).verdict().intact()).isTrue();

    AuditVerdict verdict = verifier.verify(Optional.empty()).verdict();
    assertThat(verdict.problems()).extracting(AuditProblem::kind).contains(Kind.UNREADABLE);
    assertThat(messages(verdict)).contains(".sst");
    assertThat(directory.resolve("blobs/tmp")).isEmptyDirectory();
  }

  private void begin() {
    new AuditLog(store, CLOCK).begin();
  }

  private static Tuple tuple(Kind kind, Dataset dataset) {
    return Tuple.tuple(kind, dataset.digest());
  }

  private static String messages(AuditVerdict verdict) {
    return String.join("\n", verdict.problems().stream().map(AuditProblem::message).toList());
  }

  private Dataset dataset(String name, String row) {
    byte[] csv = "a,b\n%s\n".formatted(row).getBytes(UTF_8);
    return datasets.register(name, new ByteArrayInputStream(csv), Map.of()).dataset();
  }

  private Path file(Dataset dataset) {
    return blobs.fileOf(new Digest(dataset.digest()));
  }

  private List<Path> tables() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("store"))) {
      return files.filter(file -> file.toString().endsWith(".sst")).toList();
    }
  }
}
