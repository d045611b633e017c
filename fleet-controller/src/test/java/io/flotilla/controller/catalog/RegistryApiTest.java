package io.flotilla.controller.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.manifest.Lineage;
import io.flotilla.controller.device.TestFleet;
import io.flotilla.controller.event.LoggedEvent;
import io.flotilla.controller.fleet.TestOnnx;
import io.flotilla.controller.fleet.TestPublisher;
import io.flotilla.controller.http.TestApi;
import io.flotilla.registry.audit.AuditEntry;
import io.flotilla.registry.audit.AuditFilter;
import io.flotilla.registry.dataset.NewDataset;
import io.flotilla.registry.environment.EnvironmentRegistry;
import io.flotilla.registry.environment.EnvironmentSpec;
import io.flotilla.registry.model.BundleInspector;
import io.flotilla.registry.model.DatasetLink;
import io.flotilla.registry.model.ModelRegistry;
import io.flotilla.registry.model.ModelVersion;
import io.flotilla.registry.model.Prepared;
import io.flotilla.registry.model.RegistrationRequest;
import io.flotilla.registry.run.Run;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.WriteBatch;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The registry's routes over a real store, without broker and devices. */
class RegistryApiTest {
  private static final String V1 = "/models/digits/versions/1";
  private static final String ALIAS = "/models/digits/aliases/champion";

  @TempDir Path folder;
  private TestRegistry registry;
  private List<String> users;
  private TestPublisher publisher;
  private TestFleet fleet;
  private ModelRegistry models;
  private TestApi api;

  @BeforeEach
  void start() {
    registry = new TestRegistry(folder, BundleInspector.NONE);
    users = registry.users;
    publisher = registry.publisher;
    fleet = registry.fleet;
    models = registry.models;
    api = registry.api;
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  @Test
  void everyChangeIsVouchedForAndAnnounced() throws IOException {
    register("one");
    register("one");
    patch("/models/digits", "{\"description\":\"by hand\",\"reason\":\"tidy\"}");
    patch(V1, "{\"tags\":{\"set\":{\"team\":\"edge\"}},\"metrics\":{\"set\":{\"accuracy\":0.9}}}");
    put("{\"version\":1,\"expected\":0,\"reason\":\"better\"}");
    put("{\"version\":1}");
    for (String refused : List.of("x".repeat(501), "a%0Ab", "a%1Bb")) {
      assertThat(TestApi.code(api.call("DELETE", V1 + "?reason=" + refused, null)))
          .isEqualTo("INPUT_INVALID");
    }
    assertThat(api.call("DELETE", ALIAS + "?reason=over", null).statusCode()).isEqualTo(204);
    assertThat(api.call("DELETE", V1 + "?reason=worse", null).statusCode()).isEqualTo(204);

    assertThat(fleet.eventTypes())
        .containsExactly(
            "io.flotilla.model.registered",
            "io.flotilla.model.described",
            "io.flotilla.model.tagged",
            "io.flotilla.model.alias.moved",
            "io.flotilla.model.alias.removed",
            "io.flotilla.model.deleted");
    List<AuditEntry> entries = fleet.audit.page(0, 100, AuditFilter.ALL).entries();
    assertThat(entries)
        .filteredOn(entry -> !entry.action().equals("record.update"))
        .extracting(AuditEntry::action)
        .containsExactly(
            "model.register",
            "model.describe",
            "model.tag",
            "model.alias.move",
            "model.alias.remove",
            "model.delete");
    assertThat(entries.getFirst().records()).containsKey("model/digits");
    assertThat(entries.getLast().details()).containsEntry("reason", "worse");
    assertThat(verdict().getBoolean("intact")).isTrue();
    JsonObject history =
        json(api.get("/models/digits/versions")).getJsonArray("items").getJsonObject(0);
    assertThat(history.getInteger("version")).isEqualTo(1);
    assertThat(history.getBoolean("deleted")).isTrue();
  }

  @Test
  void anEditBehindTheControllersBackIsFoundAndAnnounced() throws IOException {
    register("one");
    String edited =
        new String(fleet.store.get("model/digits").orElseThrow(), StandardCharsets.UTF_8)
            .replace("1", "7");
    fleet.store.write(
        new WriteBatch().put("model/digits", edited.getBytes(StandardCharsets.UTF_8)));

    JsonObject verdict = verdict();

    assertThat(verdict.getBoolean("intact")).isFalse();
    assertThat(verdict.getJsonArray("problems").getJsonObject(0).getString("key"))
        .isEqualTo("model/digits");
    assertThat(fleet.eventTypes()).contains("io.flotilla.audit.broken");
  }

  @Test
  void aRefusedBundleIsAnEventAndNothingElse() throws IOException {
    byte[] archive = Files.readAllBytes(publisher.bundle("digits", "one"));
    HttpResponse<String> truncated =
        upload("/models/digits/versions", Arrays.copyOf(archive, archive.length / 2)).join();
    HttpResponse<String> large = upload("/models/digits/versions", new byte[2 << 20]).join();

    assertThat(truncated.statusCode()).isEqualTo(422);
    assertThat(large.statusCode()).isEqualTo(413);
    List<String> told = fleet.decide(tx -> fleet.eventTypes());
    assertThat(told)
        .containsExactly(
            "io.flotilla.model.registration.failed", "io.flotilla.model.registration.failed");
    LoggedEvent event = fleet.events.page(0, 1).getFirst();
    assertThat(event.subject()).isEqualTo("model/digits");
    assertThat(event.data()).containsKeys("code", "detail");
    assertThat(api.get("/models/digits").statusCode()).isEqualTo(404);
  }

  @Test
  void aHundredPublishersAtOnceAreCountedWithoutGapOrRepeat() throws IOException {
    List<byte[]> archives = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      archives.add(Files.readAllBytes(publisher.bundle("digits", "model " + i)));
    }
    List<CompletableFuture<HttpResponse<String>>> answers =
        archives.stream().map(archive -> upload("/models/digits/versions", archive)).toList();

    List<Integer> versions =
        answers.stream()
            .map(CompletableFuture::join)
            .map(answer -> json(answer).getInteger("version"))
            .sorted()
            .toList();
    assertThat(versions).isEqualTo(IntStream.rangeClosed(1, 100).boxed().toList());
    assertThat(verdict().getBoolean("intact")).isTrue();
  }

  @Test
  void ofPublishersThatRaceForAnAliasOneWins() throws IOException {
    register("one");
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    register("two");
    for (int i = 0; i < 20; i++) {
      String wish = "{\"version\":%d,\"expected\":0}".formatted(1 + i % 2);
      answers.add(
          api.client.sendAsync(
              api.request(ALIAS).PUT(HttpRequest.BodyPublishers.ofString(wish)).build(),
              HttpResponse.BodyHandlers.ofString()));
    }

    List<HttpResponse<String>> done = answers.stream().map(CompletableFuture::join).toList();
    int winner = json(api.get(ALIAS)).getInteger("version");
    assertThat(done)
        .filteredOn(answer -> answer.statusCode() == 200)
        .hasSize(1)
        .allSatisfy(answer -> assertThat(json(answer).getInteger("version")).isEqualTo(winner));
    assertThat(done)
        .filteredOn(answer -> answer.statusCode() != 200)
        .hasSize(19)
        .allSatisfy(answer -> assertThat(TestApi.code(answer)).isEqualTo("ALIAS_MOVED"));
    assertThat(fleet.eventTypes()).containsOnlyOnce("io.flotilla.model.alias.moved");
  }

  @Test
  void aModelThatARunMadeHasItsMetricsAndDatasets() throws IOException {
    registerRooms();
    Run run =
        fleet.decide(
            tx -> {
              Run started =
                  registry.runs.start(
                      tx.records(),
                      "tiny",
                      new Run.Inputs(
                          "digits",
                          "ab".repeat(32),
                          Map.of(),
                          Map.of("train", "rooms:1@sha256:" + "cd".repeat(32)),
                          Optional.empty()));
              return registry.runs.succeed(
                  tx.records(),
                  started.id(),
                  new Run.Outcome(
                      Optional.empty(),
                      List.of(),
                      Map.of("challenger.accuracy", 0.75, "challenger.loss", 0.5),
                      Map.of()));
            });
    Lineage lineage = new Lineage(Optional.empty(), false, List.of(), Optional.of(run.id()));
    byte[] archive =
        Files.readAllBytes(publisher.bundle("digits", TestOnnx.identity("one"), lineage));

    JsonObject version =
        json(upload("/models/digits/versions?metric=challenger.loss=0.25", archive).join());

    assertThat(version.getJsonObject("metrics"))
        .isEqualTo(new JsonObject().put("challenger.accuracy", 0.75).put("challenger.loss", 0.25));
    assertThat(version.getJsonArray("datasets").getJsonObject(0))
        .isEqualTo(new JsonObject().put("use", "TRAINING").put("dataset", "rooms:1"));
    assertThat(
            json(api.get("/models?query=metric.challenger.accuracy%3E0.7%20dataset=rooms"))
                .getJsonArray("items"))
        .hasSize(1);
  }

  @Test
  void aVersionInUseIsNotDeletedAndItsUsersAreNamed() throws IOException {
    register("one");
    IntStream.rangeClosed(1, 120).forEach(i -> users.add("cam-" + i));

    HttpResponse<String> refused = api.call("DELETE", V1, null);

    assertThat(refused.statusCode()).isEqualTo(409);
    JsonObject problem = json(refused);
    assertThat(problem.getString("code")).isEqualTo("VERSION_IN_USE");
    assertThat(problem.getString("detail"))
        .contains("by cam-1, cam-2, cam-3, cam-4, cam-5 and 115 more");
    assertThat(problem.getJsonArray("users")).isEqualTo(new JsonArray(users.subList(0, 100)));
    assertThat(problem.getInteger("userCount")).isEqualTo(120);
    assertThat(api.get(V1).statusCode()).isEqualTo(200);
    assertThat(fleet.eventTypes()).doesNotContain("io.flotilla.model.deleted");
  }

  @Test
  void aVersionCannotNameWhatIsNotRegistered() throws IOException {
    byte[] archive = Files.readAllBytes(publisher.bundle("digits", "one"));
    String needs = "/models/digits/versions?environment=edge:1";
    String link = "/models/digits/versions?dataset=VALIDATION=rooms:1";

    HttpResponse<String> noEnvironment = upload(needs, archive).join();
    HttpResponse<String> noDataset = upload(link, archive).join();

    assertThat(noEnvironment.statusCode()).isEqualTo(404);
    assertThat(TestApi.code(noEnvironment)).isEqualTo("ENVIRONMENT_NOT_FOUND");
    assertThat(noEnvironment.body()).contains("edge:1");
    assertThat(TestApi.code(noDataset)).isEqualTo("DATASET_NOT_FOUND");
    assertThat(api.get("/models/digits").statusCode()).isEqualTo(404);
    List<String> told = fleet.decide(tx -> fleet.eventTypes());
    assertThat(told)
        .containsExactly(
            "io.flotilla.model.registration.failed", "io.flotilla.model.registration.failed");
    registerRooms();
    fleet.decide(tx -> registry.environments.commit(tx.records(), edge()));
    assertThat(upload(needs + "&dataset=VALIDATION=rooms:1", archive).join().statusCode())
        .isEqualTo(201);
  }

  @Test
  void whatAVersionNamesMayComeInTheSameDecision() throws IOException {
    RegistrationRequest request =
        new RegistrationRequest(
            "digits",
            "",
            "",
            Map.of(),
            Map.of(),
            List.of(new DatasetLink(DatasetLink.Use.TRAINING, "rooms:1")),
            Optional.of("edge:1"),
            "operator");
    registerRooms();
    try (Prepared prepared = models.prepare(request, publisher.bundle("digits", "one"))) {
      boolean created =
          fleet.decide(
              tx -> {
                registry.environments.commit(tx.records(), edge());
                return registry.changes.register(tx, prepared).created();
              });
      assertThat(created).isTrue();
    }
  }

  private static EnvironmentRegistry.Draft edge() {
    return new EnvironmentRegistry.Draft("edge", EnvironmentSpec.ANY, "", "operator");
  }

  private void registerRooms() {
    byte[] rows = "heat,label\n1,a\n2,b\n".getBytes(StandardCharsets.UTF_8);
    registry.datasets.register(NewDataset.named("rooms"), new ByteArrayInputStream(rows));
  }

  @Test
  void aVersionThatWasReadBeforeItsDeletionIsNotKeptAfterIt() throws Exception {
    register("one");
    CountDownLatch read = new CountDownLatch(1);
    CountDownLatch deleted = new CountDownLatch(1);
    RegistryCatalog catalog =
        new RegistryCatalog(
            registry.models(new SlowStore(fleet.store, read, deleted)), Clock.systemUTC());
    CompletableFuture<Optional<KnownVersion>> asking =
        CompletableFuture.supplyAsync(() -> catalog.find("digits", 1));
    assertThat(read.await(30, TimeUnit.SECONDS)).isTrue();

    ModelVersion version = models.require("digits", 1);
    catalog.retire(version);
    assertThat(api.call("DELETE", V1, null).statusCode()).isEqualTo(204);
    catalog.forget("digits", 1);
    deleted.countDown();

    assertThat(asking.join()).map(KnownVersion::available).contains(false);
    assertThat(catalog.find("digits", 1)).map(KnownVersion::available).contains(false);
  }

  /** A store whose first reader of a version is held up with what it has read. */
  private record SlowStore(RecordStore store, CountDownLatch read, CountDownLatch goOn)
      implements RecordStore {
    @Override
    public Optional<byte[]> get(String key) {
      Optional<byte[]> found = store.get(key);
      if (key.startsWith("model-version/") && read.getCount() > 0) {
        read.countDown();
        try {
          assertThat(goOn.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
      return found;
    }

    @Override
    public void write(WriteBatch batch) {
      store.write(batch);
    }

    @Override
    public List<Entry> scan(String prefix, String afterKey, int limit) {
      return store.scan(prefix, afterKey, limit);
    }

    @Override
    public void close() {
      store.close();
    }
  }

  @Test
  void aVersionThatADecisionDeletesIsNotPushedOutOfMemoryByOthers() throws IOException {
    register("one");
    ModelVersion version = models.require("digits", 1);
    RegistryCatalog catalog = new RegistryCatalog(models, Clock.systemUTC());
    catalog.retire(version);
    for (int i = 0; i <= RegistryCatalog.MAX_CACHED; i++) {
      register("other " + i);
      assertThat(catalog.find("digits", 2 + i)).isPresent();
    }

    assertThat(catalog.available(RegistryCatalog.ref(version))).isEmpty();
  }

  @Test
  void aVersionThatADecisionDeletesIsNotRolledOutByTheNextOne() throws IOException {
    register("one");
    ModelVersion version = models.require("digits", 1);
    RegistryCatalog catalog = new RegistryCatalog(models, Clock.systemUTC());
    assertThat(catalog.available(RegistryCatalog.ref(version))).isPresent();

    catalog.retire(version);

    assertThat(catalog.available(RegistryCatalog.ref(version))).isEmpty();
    catalog.forget("digits", 1);
    assertThat(catalog.available(RegistryCatalog.ref(version))).isPresent();
  }

  @Test
  void aBaselineThatCannotBeReadIsTriedAgainAfterAWhile() throws IOException {
    register("one");
    ModelVersion version = models.require("digits", 1);
    Path archive = models.archive(version);
    byte[] whole = Files.readAllBytes(archive);
    AtomicLong nowMs = new AtomicLong();
    RegistryCatalog catalog = new RegistryCatalog(models, new HandClock(nowMs));
    Files.write(archive, new byte[whole.length]);
    assertThat(catalog.require("digits", 1).baseline()).isEmpty();

    Files.write(archive, whole);

    assertThat(catalog.require("digits", 1).baseline()).isEmpty();
    nowMs.addAndGet(RegistryCatalog.RETRY_MILLIS);
    assertThat(catalog.require("digits", 1).baseline()).isPresent();
    Files.write(archive, new byte[whole.length]);
    nowMs.addAndGet(RegistryCatalog.RETRY_MILLIS);
    assertThat(catalog.require("digits", 1).baseline()).isPresent();
  }

  /** A clock that the test moves. */
  private static final class HandClock extends Clock {
    private final AtomicLong nowMs;

    HandClock(AtomicLong nowMs) {
      this.nowMs = nowMs;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(nowMs.get());
    }
  }

  @Test
  void whatIsTooMuchOrMalformedIsATypedRefusal() throws IOException {
    register("one");
    StringBuilder tags = new StringBuilder("{\"tags\":{\"set\":{");
    for (int i = 0; i < 20_000; i++) {
      tags.append(i == 0 ? "" : ",").append("\"t").append(i).append("\":\"x\"");
    }
    assertThat(TestApi.code(api.call("PATCH", V1, tags.append("}}}").toString())))
        .isEqualTo("INPUT_INVALID");
    assertThat(TestApi.code(api.call("PATCH", V1, "{\"tgas\":{}}"))).isEqualTo("INPUT_INVALID");
    assertThat(
            TestApi.code(api.call("PUT", "/models/digits/aliases/%2e%2e%2fx", "{\"version\":1}")))
        .isEqualTo("NAME_INVALID");
    assertThat(TestApi.code(api.get("/models?query=metric.accuracy%3Ehigh")))
        .isEqualTo("QUERY_INVALID");
    assertThat(TestApi.code(api.get("/models?after=!"))).isEqualTo("CURSOR_INVALID");
    assertThat(TestApi.code(api.get("/models/digits/versions/0"))).isEqualTo("VERSION_NOT_FOUND");
    assertThat(json(api.get(V1)).getJsonObject("tags").isEmpty()).isTrue();
  }

  private void register(String content) throws IOException {
    byte[] archive = Files.readAllBytes(publisher.bundle("digits", content));
    assertThat(upload("/models/digits/versions", archive).join().statusCode()).isBetween(200, 201);
  }

  private CompletableFuture<HttpResponse<String>> upload(String path, byte[] archive) {
    return registry.upload(path, archive);
  }

  private void patch(String path, String body) {
    assertThat(api.call("PATCH", path, body).statusCode()).isEqualTo(200);
  }

  private void put(String body) {
    assertThat(api.call("PUT", ALIAS, body).statusCode()).isEqualTo(200);
  }

  private JsonObject verdict() {
    return json(api.call("POST", "/audit/verification", "{}"));
  }

  private static JsonObject json(HttpResponse<String> answer) {
    return new JsonObject(answer.body());
  }
}
