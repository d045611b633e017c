package io.flotilla.registry.model;

import static io.flotilla.registry.model.OpenRegistry.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.chunk.ChunkTable;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.layout.BundlePaths;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
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

class ModelRegistryTest {
  @TempDir Path directory;
  private OpenRegistry open;
  private SignedBundles bundles;

  @BeforeEach
  void open() throws IOException {
    open = new OpenRegistry(directory);
    bundles = open.bundles;
  }

  @AfterEach
  void close() {
    open.close();
  }

  @Test
  void registersWithEverythingThatIsSaidAboutIt() throws IOException {
    byte[] archive = bundles.archive("digits", "model one");
    RegistrationRequest request =
        new RegistrationRequest(
            "digits",
            "trained on\tblurred digits\n",
            "the old one was worse",
            Map.of("team", "vision"),
            Map.of("accuracy", 0.93),
            List.of(new DatasetLink(DatasetLink.Use.VALIDATION, "digits-held-out:2")),
            Optional.of("edge:1"),
            "ada");
    ModelRegistry.Registered registered = open.register(request, archive);
    ModelVersion version = registered.version();

    assertThat(registered.created()).isTrue();
    assertThat(version.reference()).isEqualTo("digits:1");
    assertThat(version.tags()).containsExactly(Map.entry("team", "vision"));
    assertThat(version.particulars().description()).isEqualTo(request.description());
    assertThat(version.particulars().reason()).isEqualTo(request.reason());
    assertThat(version.particulars().metrics()).isEqualTo(request.metrics());
    assertThat(version.particulars().datasets()).isEqualTo(request.datasets());
    assertThat(version.particulars().environment()).hasValue("edge:1");
    assertThat(version.lineage().datasets()).hasSize(1);
    assertThat(version.archive().sizeBytes()).isEqualTo(archive.length);
    assertThat(version.archive().digest()).isEqualTo(Digest.of(archive).hex());
    assertThat(version.registration().atMs()).isEqualTo(OpenRegistry.NOW.toEpochMilli());
    assertThat(version.registration().by()).isEqualTo("ada");
    assertThat(version.registration().verified()).isTrue();
    assertThat(version.registration().publisher()).hasValue("lab");
    assertThat(open.get().find("digits", 1)).hasValue(version);
    assertThat(open.get().inspection("digits", 1)).isEmpty();
    open.assertNothingTemporary();
  }

  @Test
  void archiveChunksAndFilesComeBack() {
    byte[] archive = bundles.archive("digits", "model one");
    ModelVersion version = open.register(archive).version();

    assertThat(open.get().archive(version)).hasBinaryContent(archive);
    ChunkTable chunks = open.get().chunks(version);
    assertThat(chunks.listDigest().hex()).isEqualTo(version.archive().chunkList());
    assertThat(open.get().file(version, BundlePaths.BASELINE)).hasValue(SignedBundles.BASELINE);
    assertThat(open.get().file(version, "assets/none")).isEmpty();
    assertThat(code(() -> open.get().file(version, "../x")))
        .isEqualTo(ErrorCode.BUNDLE_PATH_UNSAFE);
  }

  @Test
  void largeArchiveIsReadOnceAndGivesTheSame() throws IOException {
    byte[] archive = bundles.archiveWithAsset("digits", "model one", 5 << 20);
    ModelVersion version = open.register(archive).version();
    Path file = Files.write(directory.resolve("again.tar"), archive);

    assertThat(version.archive().digest()).isEqualTo(Digest.of(archive).hex());
    assertThat(version.archive().chunkList()).isEqualTo(ChunkTable.of(file).listDigest().hex());
    try (Prepared taken = open.get().prepare(request(), file)) {
      assertThat(file).doesNotExist();
      assertThat(taken.bundle().hex()).isEqualTo(version.bundle());
      assertThat(open.get().<Boolean>directly(tx -> open.get().commit(tx, taken).created()))
          .isFalse();
    }
    open.assertNothingTemporary();
  }

  @Test
  void largeArchiveWithAnyDamageIsRefused() {
    byte[] archive = bundles.archiveWithAsset("digits", "model one", 2 << 20);
    for (int at : new int[] {0, 600, 1 << 20, archive.length - 1}) {
      byte[] flipped = archive.clone();
      flipped[at] ^= 1;
      assertThat(catchThrowableOfType(FlotillaException.class, () -> open.register(flipped)))
          .as("byte %d", at)
          .isNotNull();
    }
    assertThat(code(() -> open.register(Arrays.copyOf(archive, archive.length - 700))))
        .isEqualTo(ErrorCode.BUNDLE_MALFORMED);
    assertThat(open.blobFiles()).isEmpty();
  }

  @Test
  void nothingIsSeenOfWhatIsPreparedOnly() {
    byte[] archive = bundles.archive("digits", "model one");
    try (Prepared prepared = open.get().prepare(request(), new ByteArrayInputStream(archive))) {
      assertThat(prepared.verified()).isTrue();
      assertThat(prepared.manifest().name()).isEqualTo("digits");
      assertThat(open.get().model("digits")).isEmpty();
      assertThat(open.get().history(Optional.empty())).isEmpty();
    }
    assertThat(open.blobFiles()).isEmpty();
  }

  @Test
  void transactionThatIsNotStoredRegistersNothing() {
    byte[] archive = bundles.archive("digits", "model one");
    assertThatThrownBy(
            () ->
                open.get()
                    .directly(
                        tx -> {
                          try (Prepared prepared =
                              open.get().prepare(request(), new ByteArrayInputStream(archive))) {
                            assertThat(open.get().commit(tx, prepared).version().version())
                                .isEqualTo(1);
                            assertThat(open.get().find(tx, "digits", 1)).isPresent();
                          }
                          throw new IllegalStateException("cut");
                        }))
        .hasMessage("cut");

    assertThat(open.get().history(Optional.empty())).isEmpty();
    assertThat(open.found("")).isEmpty();
    assertThat(open.register(archive).version().version()).isEqualTo(1);
  }

  @Test
  void twoCommitsInOneTransactionCountOn() {
    byte[] one = bundles.archive("digits", "model one");
    byte[] two = bundles.archive("digits", "model two");
    try (Prepared first = open.get().prepare(request(), new ByteArrayInputStream(one));
        Prepared second = open.get().prepare(request(), new ByteArrayInputStream(two));
        Prepared again = open.get().prepare(request(), new ByteArrayInputStream(one))) {
      List<Integer> numbers =
          open.get()
              .directly(
                  tx ->
                      List.of(first, second, again).stream()
                          .map(one1 -> open.get().commit(tx, one1).version().version())
                          .toList());
      assertThat(numbers).containsExactly(1, 2, 1);
    }
    assertThat(open.found("name=digits")).containsExactly("digits:1", "digits:2");
  }

  @Test
  void sameBundleIsTheSameVersion() {
    byte[] archive = bundles.archive("digits", "model one");
    ModelVersion first = open.register(archive).version();
    ModelRegistry.Registered again = open.register(archive);

    assertThat(again.created()).isFalse();
    assertThat(again.version()).isEqualTo(first);
    assertThat(open.get().list(Optional.of("digits"))).containsExactly(first);
  }

  @Test
  void versionsAreCountedAndSurviveReopening() {
    open.register(bundles.archive("digits", "model one"));
    open.register(bundles.archive("digits", "model two"));
    open.version("other-a", "x", Map.of());
    open.reopen();
    open.register(bundles.archive("digits", "model three"));

    assertThat(open.get().list(Optional.empty()).stream().map(ModelVersion::reference))
        .containsExactly("digits:1", "digits:2", "digits:3", "other-a:1");
    assertThat(open.get().list(Optional.of("other-a"))).hasSize(1);
    assertThat(open.get().list(Optional.of("other"))).isEmpty();
    assertThat(open.get().history("digits", 1, 1))
        .extracting(ModelVersion::version)
        .containsExactly(2);
    assertThat(open.get().models("", 10))
        .extracting(ModelRecord::name)
        .containsExactly("digits", "other-a");
    assertThat(open.get().models("digits", 10)).hasSize(1);
  }

  @Test
  void hundredConcurrentRegistrationsCountWithoutGapOrRepetition() throws Exception {
    List<byte[]> archives =
        IntStream.range(0, 100).mapToObj(i -> bundles.archive("digits", "model " + i)).toList();
    assertThat(registerAtOnce(archives)).isEqualTo(100);
    assertThat(open.get().list(Optional.of("digits")).stream().map(ModelVersion::version))
        .containsExactlyElementsOf(IntStream.rangeClosed(1, 100).boxed().toList());
    assertThat(open.found("name=digits", "", 100)).hasSize(100);
  }

  @Test
  void hundredConcurrentRegistrationsOfOneBundleAreOneVersion() throws Exception {
    byte[] archive = bundles.archive("digits", "model one");
    assertThat(registerAtOnce(java.util.Collections.nCopies(100, archive))).isEqualTo(1);
    assertThat(open.get().history(Optional.empty())).hasSize(1);
    assertThat(open.blobFiles()).hasSize(1);
  }

  private int registerAtOnce(List<byte[]> archives) throws Exception {
    List<Future<ModelRegistry.Registered>> results = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(16)) {
      for (byte[] archive : archives) {
        results.add(pool.submit(() -> open.register(archive)));
      }
    }
    int created = 0;
    for (Future<ModelRegistry.Registered> result : results) {
      created += result.get().created() ? 1 : 0;
    }
    return created;
  }

  @Test
  void refusalsRegisterNothingAndLeaveNothing() {
    byte[] good = bundles.archive("digits", "model one");
    byte[] truncated = Arrays.copyOf(good, good.length - 600);

    assertThat(code(() -> open.register(bundles.tampered("digits", "model one"))))
        .isEqualTo(ErrorCode.BUNDLE_DIGEST_MISMATCH);
    assertThat(code(() -> open.register(bundles.byStranger("digits", "model one"))))
        .isEqualTo(ErrorCode.PUBLISHER_UNKNOWN);
    assertThat(code(() -> open.register(bundles.archive("other-a", "model one"))))
        .isEqualTo(ErrorCode.MANIFEST_INVALID);
    assertThat(code(() -> open.register(bundles.naming("digits", "models/other.onnx"))))
        .isEqualTo(ErrorCode.MANIFEST_INVALID);
    assertThat(code(() -> open.register(truncated))).isEqualTo(ErrorCode.BUNDLE_MALFORMED);
    assertThat(code(() -> open.register("no archive".getBytes(StandardCharsets.UTF_8))))
        .isEqualTo(ErrorCode.BUNDLE_MALFORMED);
    assertThat(code(() -> open.register(new byte[0]))).isEqualTo(ErrorCode.BUNDLE_MALFORMED);
    assertThat(code(() -> open.register(new byte[(int) OpenRegistry.MAX_BYTES + 1])))
        .isEqualTo(ErrorCode.REQUEST_TOO_LARGE);

    assertThat(open.get().history(Optional.empty())).isEmpty();
    assertThat(open.blobFiles()).isEmpty();
    open.assertNothingTemporary();
  }

  @Test
  void whatIsSaidAboutABundleIsCheckedBeforeItIsRead() {
    Map<String, String> million = new HashMap<>();
    IntStream.range(0, 1_000_000).forEach(i -> million.put("k" + i, ""));

    assertThat(code(() -> RegistrationRequest.of("Digits", Map.of(), "ada")))
        .isEqualTo(ErrorCode.NAME_INVALID);
    assertThat(code(() -> RegistrationRequest.of("../digits", Map.of(), "ada")))
        .isEqualTo(ErrorCode.NAME_INVALID);
    assertThat(code(() -> RegistrationRequest.of("digits", million, "ada")))
        .isEqualTo(ErrorCode.INPUT_INVALID);
    assertThat(code(() -> said("", "", Map.of("a", Double.NaN))))
        .isEqualTo(ErrorCode.INPUT_INVALID);
    assertThat(code(() -> said("", "", Map.of("a b", 1.0)))).isEqualTo(ErrorCode.INPUT_INVALID);
    assertThat(code(() -> said("\u0007", "", Map.of()))).isEqualTo(ErrorCode.INPUT_INVALID);
    assertThat(code(() -> said("", "x".repeat(2000), Map.of()))).isEqualTo(ErrorCode.INPUT_INVALID);
    assertThat(code(() -> new DatasetLink(DatasetLink.Use.TRAINING, "digits")))
        .isEqualTo(ErrorCode.INPUT_INVALID);
  }

  private static RegistrationRequest said(
      String description, String reason, Map<String, Double> metrics) {
    return new RegistrationRequest(
        "digits", description, reason, Map.of(), metrics, List.of(), Optional.empty(), "ada");
  }

  @Test
  void anyFlippedByteOfAnArchiveIsRefused() {
    byte[] archive = bundles.archive("digits", "model one");
    for (int at = 0; at < archive.length; at += 61) {
      byte[] flipped = archive.clone();
      flipped[at] ^= 1;
      assertThat(catchThrowableOfType(FlotillaException.class, () -> open.register(flipped)))
          .as("byte %d", at)
          .isNotNull();
    }
    assertThat(open.blobFiles()).isEmpty();
  }

  @Test
  void drillModeRegistersWhatDevicesMustRefuseAndMarksIt() {
    open.inspectWith(
        (_, _) -> {
          throw new IllegalStateException("what is not verified is not inspected");
        });
    ModelRegistry drill = open.drill();
    ModelVersion tampered = register(drill, bundles.tampered("digits", "model one"));
    ModelVersion foreign = register(drill, bundles.byStranger("digits", "model one"));
    open.inspectWith(BundleInspector.NONE);
    ModelVersion genuine = open.register(bundles.archive("digits", "model one")).version();

    assertThat(tampered.bundle()).isNotEqualTo(genuine.bundle());
    assertThat(tampered.registration().verified()).isFalse();
    assertThat(tampered.registration().publisher()).isEmpty();
    assertThat(tampered.registration().refusal()).hasValue(ErrorCode.BUNDLE_DIGEST_MISMATCH);
    assertThat(foreign.version()).isEqualTo(2);
    assertThat(foreign.registration().refusal()).hasValue(ErrorCode.PUBLISHER_UNKNOWN);
    assertThat(genuine.version()).isEqualTo(3);
    assertThat(open.found("verified=false")).containsExactly("digits:1", "digits:2");
  }

  private static ModelVersion register(ModelRegistry registry, byte[] archive) {
    return registry.register(request(), new ByteArrayInputStream(archive)).version();
  }

  @Test
  void deletedVersionKeepsItsNumberAndHistory() {
    byte[] archive = bundles.archive("digits", "model one");
    ModelVersion version = open.register(archive).version();
    open.move("champion", 1, Expectation.ANY);
    ModelVersion deleted = open.delete(1);

    assertThat(open.get().find("digits", 1)).isEmpty();
    assertThat(open.get().list(Optional.empty())).isEmpty();
    assertThat(open.found("")).isEmpty();
    assertThat(code(() -> open.get().require("digits", 1))).isEqualTo(ErrorCode.VERSION_NOT_FOUND);
    assertThat(code(() -> open.delete(1))).isEqualTo(ErrorCode.VERSION_NOT_FOUND);
    assertThat(open.get().recall("digits", 1)).hasValue(deleted);
    assertThat(open.get().history(Optional.of("digits"))).containsExactly(deleted);
    assertThat(deleted.deletion().orElseThrow().by()).isEqualTo("ada");
    assertThat(deleted.deletion().orElseThrow().reason()).hasValue("no use");
    assertThat(open.get().alias("digits", "champion")).isEmpty();
    assertThat(open.get().aliasHistory("digits", "champion", 0, 10)).hasSize(2);
    assertThat(open.get().references()).isEmpty();
    assertThat(open.get().archive(version)).exists();

    ModelVersion again = open.register(archive).version();
    assertThat(again.version()).isEqualTo(2);
    assertThat(open.get().references()).containsExactly(Digest.of(archive));
  }

  @Test
  void versionInUseIsNotDeletedAndItsUsersAreNamed() {
    open.register(bundles.archive("digits", "model one"));
    List<String> devices = IntStream.rangeClosed(1, 103).mapToObj(i -> "cam-" + i).toList();
    VersionInUseException refused =
        catchThrowableOfType(
            VersionInUseException.class, () -> open.delete(1, devices.toArray(String[]::new)));

    assertThat(refused.code()).isEqualTo(ErrorCode.VERSION_IN_USE);
    assertThat(refused)
        .hasMessageContaining("by cam-1, cam-2, cam-3, cam-4, cam-5 and 98 more:")
        .hasMessageNotContaining("cam-6");
    assertThat(refused.users()).isEqualTo(devices.subList(0, VersionInUseException.MAX_USERS));
    assertThat(refused.userCount()).isEqualTo(103);
    assertThat(open.get().find("digits", 1)).isPresent();
  }

  @Test
  void referencesAreResolvedByNumberAliasAndLast() {
    open.version("digits", "one", Map.of());
    open.version("digits", "two", Map.of());
    open.version("digits", "three", Map.of());
    open.move("champion", 1, Expectation.ABSENT);
    open.delete(3);

    assertThat(open.get().resolve("digits:2").version()).isEqualTo(2);
    assertThat(open.get().resolve("digits@champion").version()).isEqualTo(1);
    assertThat(open.get().resolve("digits").version()).isEqualTo(2);
    assertThat(code(() -> open.get().resolve("digits:3"))).isEqualTo(ErrorCode.VERSION_NOT_FOUND);
    assertThat(code(() -> open.get().resolve("digits:x"))).isEqualTo(ErrorCode.VERSION_NOT_FOUND);
    assertThat(code(() -> open.get().resolve("digits@"))).isEqualTo(ErrorCode.ALIAS_NOT_FOUND);
    assertThat(code(() -> open.get().resolve("none"))).isEqualTo(ErrorCode.MODEL_NOT_FOUND);
    assertThat(code(() -> open.get().resolve("none@x"))).isEqualTo(ErrorCode.MODEL_NOT_FOUND);
    assertThat(code(() -> open.get().resolve(""))).isEqualTo(ErrorCode.MODEL_NOT_FOUND);
  }

  @Test
  void unknownModelAndUnknownVersionHaveTheirOwnCodes() {
    open.register(bundles.archive("digits", "model one"));

    assertThat(code(() -> open.get().require("none", 1))).isEqualTo(ErrorCode.MODEL_NOT_FOUND);
    assertThat(code(() -> open.get().require("../x", 1))).isEqualTo(ErrorCode.MODEL_NOT_FOUND);
    assertThat(code(() -> open.get().require("digits", 9))).isEqualTo(ErrorCode.VERSION_NOT_FOUND);
    assertThat(code(() -> open.get().require("digits", -1))).isEqualTo(ErrorCode.VERSION_NOT_FOUND);
  }

  @Test
  void damagedArchiveIsFoundWhenItIsAskedForAndHealedByTheSameBundle() throws IOException {
    byte[] archive = bundles.archive("digits", "model one");
    ModelVersion version = open.register(archive).version();
    Path file = open.get().archive(version);
    byte[] content = Files.readAllBytes(file);
    content[content.length / 2] ^= 1;
    Files.delete(file);
    Files.write(file, content);

    assertThatThrownBy(() -> open.get().archive(version)).hasMessageContaining("digits:1");
    assertThat(code(() -> open.get().archive(version))).isEqualTo(ErrorCode.STORE_CORRUPT);
    assertThat(code(() -> open.get().file(version, BundlePaths.BASELINE)))
        .isEqualTo(ErrorCode.STORE_CORRUPT);

    assertThat(open.register(archive).created()).isFalse();
    assertThat(open.get().archive(version)).hasBinaryContent(archive);
  }

  @Test
  void versionsOfAnotherRegistryAreTakenOverInOrder() {
    ModelVersion version = open.register(bundles.archive("digits", "model one")).version();
    ModelVersion second =
        new ModelVersion(
            "digits",
            2,
            "ab".repeat(32),
            version.archive(),
            Map.of("team", "vision"),
            version.manifest(),
            version.registration(),
            Optional.empty());
    adopt(second);

    assertThat(open.get().require("digits", 2)).isEqualTo(second);
    assertThat(open.found("tag.team=vision")).containsExactly("digits:2");
    assertThat(code(() -> adopt(second))).isEqualTo(ErrorCode.CONFLICT);
    ModelVersion lost =
        new ModelVersion(
            "digits",
            3,
            "cd".repeat(32),
            new ModelVersion.ArchiveRef(1, "cd".repeat(32), "cd".repeat(32)),
            Map.of(),
            version.manifest(),
            version.registration(),
            Optional.empty());
    assertThat(code(() -> adopt(lost))).isEqualTo(ErrorCode.NOT_FOUND);
  }

  private void adopt(ModelVersion version) {
    open.get()
        .directly(
            tx -> {
              open.get().adopt(tx, version);
              return version;
            });
  }

  private static RegistrationRequest request() {
    return RegistrationRequest.of("digits", Map.of(), "ada");
  }
}
