package io.flotilla.registry.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.chunk.ChunkTable;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.layout.BundlePaths;
import io.flotilla.registry.blob.BlobStore;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.rocksdb.RocksRecordStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelRegistryTest {
  private static final Instant NOW = Instant.parse("2026-05-01T10:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final long MAX_BYTES = 1 << 20;

  @TempDir Path directory;
  private SignedBundles bundles;
  private RecordStore store;
  private BlobStore blobs;
  private ModelRegistry registry;

  @BeforeEach
  void open() throws IOException {
    bundles = new SignedBundles(Files.createDirectory(directory.resolve("made")));
    openStore();
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void registersWithTagsLineageAndChunkTable() throws IOException {
    byte[] archive = bundles.archive("digits", "model one");
    ModelRegistry.Registered registered =
        registry.register("digits", stream(archive), Map.of("stage", "first"), "ada");
    ModelVersion version = registered.version();

    assertThat(registered.created()).isTrue();
    assertThat(version.reference()).isEqualTo("digits:1");
    assertThat(version.tags()).containsExactly(Map.entry("stage", "first"));
    assertThat(version.lineage().datasets()).hasSize(1);
    assertThat(version.archive().sizeBytes()).isEqualTo(archive.length);
    assertThat(version.archive().digest()).isEqualTo(Digest.of(archive).hex());
    assertThat(version.registration().atMs()).isEqualTo(NOW.toEpochMilli());
    assertThat(version.registration().by()).isEqualTo("ada");
    assertThat(version.registration().verified()).isTrue();
    assertThat(version.registration().publisher()).hasValue("lab");
    assertThat(registry.archive(version)).hasBinaryContent(archive);
    ChunkTable chunks = registry.chunks(version);
    assertThat(chunks.listDigest().hex()).isEqualTo(version.archive().chunkList());
    assertThat(registry.file(version, BundlePaths.BASELINE)).hasValue(SignedBundles.BASELINE);
    assertThat(registry.file(version, "assets/none")).isEmpty();
    assertThat(registry.find("digits", 1)).hasValue(version);
    assertNothingTemporary();
  }

  @Test
  void sameBundleIsTheSameVersion() {
    byte[] archive = bundles.archive("digits", "model one");
    ModelVersion first = register(archive).version();
    ModelRegistry.Registered again = register(archive);

    assertThat(again.created()).isFalse();
    assertThat(again.version()).isEqualTo(first);
    assertThat(registry.list(Optional.of("digits"))).containsExactly(first);
  }

  @Test
  void versionsAreCountedAndSurviveReopening() {
    register(bundles.archive("digits", "model one"));
    register(bundles.archive("digits", "model two"));
    registry.register("other-a", stream(bundles.archive("other-a", "x")), Map.of(), "ada");
    store.close();
    openStore();
    register(bundles.archive("digits", "model three"));

    assertThat(registry.list(Optional.empty()).stream().map(ModelVersion::reference))
        .containsExactly("digits:1", "digits:2", "digits:3", "other-a:1");
    assertThat(registry.list(Optional.of("other-a"))).hasSize(1);
    assertThat(registry.list(Optional.of("other"))).isEmpty();
  }

  @Test
  void concurrentRegistrationsCountWithoutGapOrRepetition() throws Exception {
    List<byte[]> archives =
        IntStream.range(0, 24).mapToObj(i -> bundles.archive("digits", "model " + i / 2)).toList();
    List<Future<ModelRegistry.Registered>> results = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(8)) {
      for (byte[] archive : archives) {
        results.add(pool.submit(() -> register(archive)));
      }
    }
    int created = 0;
    for (Future<ModelRegistry.Registered> result : results) {
      created += result.get().created() ? 1 : 0;
    }
    assertThat(created).isEqualTo(12);
    assertThat(registry.list(Optional.of("digits")).stream().map(ModelVersion::version))
        .containsExactlyElementsOf(IntStream.rangeClosed(1, 12).boxed().toList());
  }

  @Test
  void refusalsRegisterNothingAndLeaveNothing() {
    byte[] good = bundles.archive("digits", "model one");
    byte[] truncated = Arrays.copyOf(good, good.length - 600);

    assertThat(code(() -> register(bundles.tampered("digits", "model one"))))
        .isEqualTo(ErrorCode.BUNDLE_DIGEST_MISMATCH);
    assertThat(code(() -> register(bundles.byStranger("digits", "model one"))))
        .isEqualTo(ErrorCode.PUBLISHER_UNKNOWN);
    assertThat(code(() -> register(bundles.archive("other-a", "model one"))))
        .isEqualTo(ErrorCode.MANIFEST_INVALID);
    assertThat(code(() -> register(truncated))).isEqualTo(ErrorCode.BUNDLE_MALFORMED);
    assertThat(code(() -> register("no archive".getBytes(StandardCharsets.UTF_8))))
        .isEqualTo(ErrorCode.BUNDLE_MALFORMED);
    assertThat(code(() -> register(new byte[(int) MAX_BYTES + 1])))
        .isEqualTo(ErrorCode.REQUEST_TOO_LARGE);
    assertThat(code(() -> registry.register("Digits", stream(good), Map.of(), "ada")))
        .isEqualTo(ErrorCode.NAME_INVALID);
    assertThat(
            code(
                () ->
                    registry.register("digits", stream(good), Map.of("k", "v".repeat(300)), "ada")))
        .isEqualTo(ErrorCode.INPUT_INVALID);

    assertThat(registry.history(Optional.empty())).isEmpty();
    assertThat(blobFiles()).isEmpty();
    assertNothingTemporary();
  }

  @Test
  void anyFlippedByteOfAnArchiveIsRefused() {
    byte[] archive = bundles.archive("digits", "model one");
    for (int at = 0; at < archive.length; at += 61) {
      byte[] flipped = archive.clone();
      flipped[at] ^= 1;
      assertThat(catchThrowableOfType(FlotillaException.class, () -> register(flipped)))
          .as("byte %d", at)
          .isNotNull();
    }
    assertThat(blobFiles()).isEmpty();
  }

  @Test
  void drillModeRegistersWhatDevicesMustRefuseAndMarksIt() {
    ModelVersion genuine = register(bundles.archive("digits", "model one")).version();
    ModelRegistry drill =
        new ModelRegistry(
            store, blobs, CLOCK, new RegistrationPolicy(bundles::trust, true, MAX_BYTES));
    ModelVersion tampered =
        drill
            .register("digits", stream(bundles.tampered("digits", "model one")), Map.of(), "eve")
            .version();
    ModelVersion foreign =
        drill
            .register("digits", stream(bundles.byStranger("digits", "model one")), Map.of(), "eve")
            .version();

    assertThat(tampered.version()).isEqualTo(2);
    assertThat(tampered.bundle()).isNotEqualTo(genuine.bundle());
    assertThat(tampered.registration().verified()).isFalse();
    assertThat(tampered.registration().publisher()).isEmpty();
    assertThat(tampered.registration().refusal()).hasValue(ErrorCode.BUNDLE_DIGEST_MISMATCH);
    assertThat(foreign.version()).isEqualTo(3);
    assertThat(foreign.registration().refusal()).hasValue(ErrorCode.PUBLISHER_UNKNOWN);
  }

  @Test
  void deletedVersionKeepsItsNumberAndHistory() {
    byte[] archive = bundles.archive("digits", "model one");
    register(archive);
    registry.delete("digits", 1, "ada", _ -> List.of());

    assertThat(registry.find("digits", 1)).isEmpty();
    assertThat(registry.list(Optional.empty())).isEmpty();
    assertThat(code(() -> registry.require("digits", 1))).isEqualTo(ErrorCode.VERSION_NOT_FOUND);
    assertThat(code(() -> registry.delete("digits", 1, "ada", _ -> List.of())))
        .isEqualTo(ErrorCode.VERSION_NOT_FOUND);
    assertThat(blobFiles()).isEmpty();
    ModelVersion history = registry.history(Optional.of("digits")).getFirst();
    assertThat(history.deletion().orElseThrow().by()).isEqualTo("ada");

    assertThat(register(archive).version().version()).isEqualTo(2);
  }

  @Test
  void versionInUseIsNotDeletedAndItsDevicesAreNamed() {
    register(bundles.archive("digits", "model one"));
    List<String> devices = IntStream.rangeClosed(1, 7).mapToObj(i -> "cam-" + i).toList();
    FlotillaException refused =
        catchThrowableOfType(
            FlotillaException.class, () -> registry.delete("digits", 1, "ada", _ -> devices));

    assertThat(refused.code()).isEqualTo(ErrorCode.VERSION_IN_USE);
    assertThat(refused).hasMessageContaining("cam-1, cam-2").hasMessageContaining("2 more");
    assertThat(registry.find("digits", 1)).isPresent();
  }

  @Test
  void unknownModelAndUnknownVersionHaveTheirOwnCodes() {
    register(bundles.archive("digits", "model one"));

    assertThat(code(() -> registry.require("none", 1))).isEqualTo(ErrorCode.MODEL_NOT_FOUND);
    assertThat(code(() -> registry.require("../x", 1))).isEqualTo(ErrorCode.MODEL_NOT_FOUND);
    assertThat(code(() -> registry.require("digits", 9))).isEqualTo(ErrorCode.VERSION_NOT_FOUND);
    assertThat(code(() -> registry.require("digits", -1))).isEqualTo(ErrorCode.VERSION_NOT_FOUND);
  }

  @Test
  void damagedArchiveIsFoundWhenItIsAskedFor() throws IOException {
    ModelVersion version = register(bundles.archive("digits", "model one")).version();
    Path file = registry.archive(version);
    byte[] content = Files.readAllBytes(file);
    content[content.length / 2] ^= 1;
    Files.write(file, content);

    assertThat(code(() -> registry.archive(version))).isEqualTo(ErrorCode.STORE_CORRUPT);
    assertThat(code(() -> registry.file(version, BundlePaths.BASELINE)))
        .isEqualTo(ErrorCode.STORE_CORRUPT);
  }

  private void openStore() {
    store = RocksRecordStore.open(directory.resolve("store"));
    blobs = new BlobStore(directory.resolve("blobs"));
    registry =
        new ModelRegistry(
            store, blobs, CLOCK, new RegistrationPolicy(bundles::trust, false, MAX_BYTES));
  }

  private ModelRegistry.Registered register(byte[] archive) {
    return registry.register("digits", stream(archive), Map.of(), "ada");
  }

  private static ByteArrayInputStream stream(byte[] bytes) {
    return new ByteArrayInputStream(bytes);
  }

  private static ErrorCode code(ThrowingCallable call) {
    FlotillaException refused = catchThrowableOfType(FlotillaException.class, call);
    assertThat(refused).isNotNull();
    return refused.code();
  }

  private List<Path> blobFiles() {
    try (Stream<Path> files = Files.walk(directory.resolve("blobs"))) {
      return files.filter(Files::isRegularFile).toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void assertNothingTemporary() {
    assertThat(directory.resolve("blobs/tmp")).isEmptyDirectory();
  }
}
