package io.flotilla.registry.dataset;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.blob.BlobStore;
import io.flotilla.registry.codec.RecordCodec;
import io.flotilla.registry.dataset.parquet.ParquetFiles;
import io.flotilla.registry.dataset.profile.DatasetProfile;
import io.flotilla.registry.dataset.table.ColumnType;
import io.flotilla.registry.store.DirectTransaction;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.WriteBatch;
import io.flotilla.registry.store.rocksdb.RocksRecordStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetRegistryTest {
  private static final String CSV = "p0,label\n1,a\n2,b\n";
  private static final String NDJSON = "{\"p0\":1,\"label\":\"a\"}\n{\"p0\":2.5}\n";

  @TempDir private Path directory;
  private RecordStore store;
  private BlobStore blobs;
  private DatasetRegistry registry;

  @BeforeEach
  void open() {
    store = RocksRecordStore.open(directory.resolve("store"));
    blobs = new BlobStore(directory.resolve("blobs"));
    registry =
        new DatasetRegistry(store, blobs, Clock.fixed(Instant.ofEpochMilli(77), ZoneOffset.UTC));
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
                List.of("p0", "label"),
                77,
                new DatasetDetails(
                    DatasetFormat.CSV,
                    List.of(ColumnType.INTEGER, ColumnType.TEXT),
                    "",
                    Map.of("k", "v"))));
    assertThat(first.dataset().reference())
        .isEqualTo("digits-train:1@" + Digest.of(CSV.getBytes(UTF_8)));
    assertThat(registry.content(first.dataset())).hasContent(CSV);
    assertThat(registry.list()).containsExactly(first.dataset(), other.dataset());
    assertThat(registry.latest("digits-train")).contains(other.dataset());
  }

  @Test
  void eachFormatIsDetectedKeptAndGivenAsCsv() throws IOException {
    Path csv = directory.resolve("out.csv");

    Dataset plain = register("d", CSV).dataset();
    registry.writeCsv(plain, csv);
    assertThat(csv).hasContent(CSV);

    Dataset json = register("d", NDJSON).dataset();
    assertThat(json.format()).isEqualTo(DatasetFormat.NDJSON);
    assertThat(json.types()).containsExactly(ColumnType.NUMBER, ColumnType.TEXT);
    assertThat(registry.content(json)).hasContent(NDJSON);
    registry.writeCsv(json, csv);
    assertThat(csv).hasContent("p0,label\n1,a\n2.5,\n");

    byte[] parquet = ParquetFiles.bytes("types-zstd-v2.parquet");
    Dataset columns = register(NewDataset.named("d"), parquet).dataset();
    assertThat(columns.format()).isEqualTo(DatasetFormat.PARQUET);
    assertThat(columns.rows()).isEqualTo(40);
    registry.writeCsv(columns, csv);
    assertThat(csv)
        .content()
        .startsWith("flag,small,big,")
        .contains("\nfalse,-19,1000000000001,18446744073709551614,")
        .contains("\"blue, \"\"x\"\"\"");
    DatasetProfile through = registry.profile(columns);
    Dataset again = register(NewDataset.named("d"), Files.readAllBytes(csv)).dataset();
    assertThat(registry.profile(again).columns())
        .as("the CSV form has the same numbers")
        .zipSatisfy(
            through.columns(),
            (now, was) -> {
              assertThat(now.missing()).isEqualTo(was.missing());
              assertThat(now.distinct()).isEqualTo(was.distinct());
              assertThat(now.numeric().map(n -> n.max()))
                  .isEqualTo(was.numeric().map(n -> n.max()));
            });
  }

  @Test
  void namedFormatIsBelievedAndAFileNameHelps() {
    String text = "{\"a\"\n1\n";
    assertThat(code(() -> register("d", text))).isEqualTo(ErrorCode.DATASET_INVALID);
    assertThat(
            code(() -> register(NewDataset.named("d").withFormat(DatasetFormat.CSV), bytes(text))))
        .as("a quote within a field")
        .isEqualTo(ErrorCode.DATASET_INVALID);
    assertThat(
            register(NewDataset.named("d").withFileName("x/a.CSV"), bytes("{a}\n1\n"))
                .dataset()
                .format())
        .isEqualTo(DatasetFormat.CSV);
    assertThatThrownBy(() -> register(NewDataset.named("d").withFileName("a.parquet"), bytes(CSV)))
        .hasMessage("the file is named like a Parquet file but is none");
    assertThat(DatasetFormat.named("Parquet")).isEqualTo(DatasetFormat.PARQUET);
    assertThat(code(() -> DatasetFormat.named("xlsx"))).isEqualTo(ErrorCode.DATASET_INVALID);
  }

  @Test
  void nothingIsVisibleBeforeTheTransactionIsWritten() {
    NewDataset request = NewDataset.named("d").withDescription("of the gate").withTags(Map.of());
    try (PreparedDataset prepared =
        registry.prepare(request, new ByteArrayInputStream(bytes(CSV)))) {
      assertThat(prepared.profile().rows()).isEqualTo(2);
      assertThat(prepared.digest()).isEqualTo(Digest.of(bytes(CSV)));
      assertThat(registry.list()).isEmpty();

      DirectTransaction tx = new DirectTransaction(store);
      Dataset dataset = registry.commit(tx, prepared).dataset();
      assertThat(registry.commit(tx, prepared).created()).as("within one transaction").isFalse();
      assertThat(registry.resolve(tx, "d")).isEqualTo(dataset);
      assertThat(registry.find(tx, "d", 1)).contains(dataset);
      assertThat(registry.list()).isEmpty();
      assertThat(registry.find("d", 1)).isEmpty();

      tx.commit();
      assertThat(registry.find("d", 1)).contains(dataset);
      assertThat(dataset.description()).isEqualTo("of the gate");
    }
    assertThat(registry.content(registry.resolve("d"))).hasContent(CSV);
  }

  @Test
  void preparedDatasetThatIsGivenUpLeavesNothing() {
    registry.prepare(NewDataset.named("d"), new ByteArrayInputStream(bytes(CSV))).close();

    assertThat(registry.list()).isEmpty();
    assertThat(directory.resolve("blobs/tmp")).isEmptyDirectory();
    assertThat(blobs.contains(Digest.of(bytes(CSV)))).isFalse();
  }

  @Test
  void versionsHaveNoGapAndNoRepeatUnderConcurrency() throws Exception {
    int count = 100;
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<Integer>> versions =
          IntStream.range(0, count)
              .mapToObj(
                  i -> threads.submit(() -> register("d", "x\n" + i + "\n").dataset().version()))
              .toList();
      List<Integer> seen = new ArrayList<>();
      for (Future<Integer> version : versions) {
        seen.add(version.get());
      }
      assertThat(seen)
          .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, count).boxed().toList());
    }
    assertThat(registry.resolve("d").version()).isEqualTo(count);
    assertThat(registry.resolve("d:7").version()).isEqualTo(7);
  }

  @Test
  void recordsOfTheTimeBeforeFormatsAreReadCountedOnAndProfiled() throws IOException {
    WriteBatch old = new WriteBatch();
    for (int version = 1; version <= 3; version++) {
      byte[] csv = bytes("x\n" + version + "\n");
      blobs.put(new ByteArrayInputStream(csv), csv.length);
      old.put(
          "dataset-version/old/%010d".formatted(version),
          RecordCodec.encode(
              new BeforeFormats(
                  "old",
                  version,
                  Digest.of(csv).hex(),
                  csv.length,
                  1,
                  List.of("x"),
                  Map.of("k", "v"),
                  5)));
    }
    store.write(old);

    Dataset second = registry.resolve("old:2");
    assertThat(second.tags()).containsEntry("k", "v");
    assertThat(second.format()).isEqualTo(DatasetFormat.CSV);
    assertThat(second.types()).isEmpty();
    assertThat(registry.resolve("old").version()).isEqualTo(3);
    assertThat(register("old", CSV).dataset().version()).isEqualTo(4);
    assertThat(registry.list()).hasSize(4);

    assertThat(registry.keptProfile(second)).isEmpty();
    DatasetProfile profile = registry.profile(second);
    assertThat(profile.columns().getFirst().numeric().orElseThrow().mean()).isEqualTo(2);
    DirectTransaction tx = new DirectTransaction(store);
    registry.keepProfile(tx, second, profile);
    tx.commit();
    assertThat(registry.keptProfile(second)).contains(profile);
  }

  @Test
  void profileOfAnOlderMethodIsMadeAgain() {
    Dataset dataset = register("d", CSV).dataset();
    DatasetProfile profile = registry.profile(dataset);
    store.write(
        new WriteBatch()
            .put("dataset-profile/d/0000000001", bytes("{\"method\":0,\"other\":true}")));

    assertThat(registry.keptProfile(dataset)).isEmpty();
    assertThat(registry.profile(dataset)).isEqualTo(profile);
  }

  @Test
  void listsInPagesByName() {
    for (String name : List.of("b", "a-1", "a", "a.x")) {
      register(name, CSV);
      register(name, CSV + "3,c\n");
    }
    List<String> walked = new ArrayList<>();
    Optional<String> next = Optional.of("");
    while (next.isPresent()) {
      DatasetPage page = registry.list(new DatasetQuery("a*", next.get(), 2));
      assertThat(page.datasets()).hasSizeLessThanOrEqualTo(2);
      page.datasets().forEach(d -> walked.add(d.name() + ":" + d.version()));
      next = page.next();
    }
    assertThat(walked).containsExactly("a-1:1", "a-1:2", "a.x:1", "a.x:2", "a:1", "a:2");
    assertThat(names("a")).containsExactly("a", "a");
    assertThat(names("*1*")).containsExactly("a-1", "a-1");
    assertThat(names("*-*")).containsExactly("a-1", "a-1");
    assertThat(names("x")).isEmpty();
    assertThat(names("*")).hasSize(8);
  }

  @Test
  void queriesThatCannotBeAreRefused() {
    assertThat(code(() -> new DatasetQuery("A", "", 1))).isEqualTo(ErrorCode.QUERY_INVALID);
    assertThat(code(() -> new DatasetQuery("", "", 1))).isEqualTo(ErrorCode.QUERY_INVALID);
    assertThat(code(() -> new DatasetQuery("*", "a/b", 1))).isEqualTo(ErrorCode.CURSOR_INVALID);
    assertThat(code(() -> new DatasetQuery("*", "a:1", 1))).isEqualTo(ErrorCode.CURSOR_INVALID);
    assertThat(code(() -> new DatasetQuery("*", "", 0))).isEqualTo(ErrorCode.INPUT_INVALID);
    assertThat(code(() -> new DatasetQuery("*", "", 1001))).isEqualTo(ErrorCode.INPUT_INVALID);
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
    assertThat(code(() -> register("d", "x".repeat(257) + "\n1\n")))
        .isEqualTo(ErrorCode.DATASET_INVALID);
    assertThat(code(() -> register("d/e", CSV))).isEqualTo(ErrorCode.NAME_INVALID);
    assertThat(code(() -> NewDataset.named("d").withDescription("x".repeat(4097))))
        .isEqualTo(ErrorCode.INPUT_INVALID);

    assertThat(registry.list()).isEmpty();
    assertThat(directory.resolve("blobs/tmp")).isEmptyDirectory();
  }

  @Test
  void streamWithoutEndIsCutAtTheLimit() {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 'x';
          }

          @Override
          public int read(byte[] bytes, int from, int length) {
            java.util.Arrays.fill(bytes, from, from + length, (byte) 'x');
            return length;
          }
        };
    assertThat(code(() -> registry.register("d", endless, Map.of())))
        .isEqualTo(ErrorCode.REQUEST_TOO_LARGE);
    assertThat(directory.resolve("blobs/tmp")).isEmptyDirectory();
  }

  private List<String> names(String pattern) {
    return registry.list(new DatasetQuery(pattern, "", 1000)).datasets().stream()
        .map(Dataset::name)
        .toList();
  }

  private DatasetRegistry.Registered register(String name, String content) {
    return registry.register(name, new ByteArrayInputStream(bytes(content)), Map.of("k", "v"));
  }

  private DatasetRegistry.Registered register(NewDataset request, byte[] content) {
    return registry.register(request, new ByteArrayInputStream(content));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static ErrorCode code(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    FlotillaException refused = catchThrowableOfType(FlotillaException.class, call);
    assertThat(refused).isNotNull();
    return refused.code();
  }

  private record BeforeFormats(
      String name,
      int version,
      String digest,
      long sizeBytes,
      long rows,
      List<String> columns,
      Map<String, String> tags,
      long registeredAtMs) {}
}
