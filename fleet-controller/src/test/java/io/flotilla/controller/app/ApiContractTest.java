package io.flotilla.controller.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.flotilla.bundle.manifest.Lineage;
import io.flotilla.controller.fleet.TestOnnx;
import io.flotilla.controller.fleet.TestPublisher;
import io.flotilla.registry.backup.BackupReader;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every operation of a running controller, against its own description. */
class ApiContractTest {
  static final Duration PATIENCE = Duration.ofSeconds(60);
  static final String V1 = "/models/digits/versions/1";
  private static final int ROWS = 200;

  /** Numbers that take twice the memory that a model may have while it is tried. */
  private static final long TOO_MANY = 1L << 30;

  private static final String PIPELINE =
      """
      format: 1
      name: tiny
      seed: 42
      inputs: [train]
      steps:
        - id: prepared
          kind: prepare
          inputs: [train]
        - id: model
          kind: train
          inputs: {rows: prepared}
          parameters: {epochs: 2, labels: "a,b"}
        - id: bundle
          kind: package
          inputs: {model: model, reference: train}
      """;

  @TempDir private Path folder;

  @Test
  void everyOperationIsWhatTheDescriptionSays() throws Exception {
    TestPublisher publisher = new TestPublisher(folder);
    ControllerConfig config = ControllerConfig.local(folder.resolve("data"), publisher.trust());
    try (Controller controller = Controller.start(config);
        TestOperator first = new TestOperator(controller.operatorFile())) {
      ApiContract contract = new ApiContract(first.get("/openapi.json").json());
      try (TestOperator operator = new TestOperator(controller.operatorFile(), contract::check)) {
        system(operator);
        datasets(operator);
        environments(operator);
        registry(operator, publisher);
        aliases(operator);
        operators(operator);
        webhooks(operator);
        FleetContract.fleet(operator);
        notes(operator);
        runs(operator);
        custody(operator);
        refusals(operator);
        assertThat(operator.delete("/models/digits/versions/3?reason=worse").status())
            .isEqualTo(204);
        assertThat(operator.post("/blobs/collect?reason=tidy%20up").json().getInteger("collected"))
            .isEqualTo(1);
      }
      assertThat(contract.unmet()).isEmpty();
      parameters(first, contract.parameters());
      assertThat(contract.reasons()).hasSizeGreaterThan(20);
      Set<String> audited = auditedReasons(first);
      contract
          .reasons()
          .forEach(
              (operation, given) ->
                  assertThat(given).as(operation).isNotEmpty().isSubsetOf(audited));
    }
  }

  /** Every operation refuses an unknown parameter, and knows those that are described. */
  private static void parameters(TestOperator operator, Map<String, Set<String>> described) {
    assertThat(described).hasSizeGreaterThan(60);
    described.forEach(
        (operation, known) -> {
          String[] parts = operation.split(" ", 2);
          String path = parts[1].replaceAll("\\{\\w+}", "1");
          JsonObject problem = operator.call(parts[0], path + "?nonsense=1").json();

          assertThat(problem.getString("code")).as(operation).isEqualTo("INPUT_INVALID");
          assertThat(problem.getString("detail"))
              .as(operation)
              .endsWith(
                  " no query parameter nonsense: it takes "
                      + (known.isEmpty() ? "none" : String.join(", ", known)));
        });
  }

  private static Set<String> auditedReasons(TestOperator operator) {
    Set<String> reasons = new TreeSet<>();
    String after = "0";
    while (after != null) {
      JsonObject page = operator.get("/audit?limit=1000&after=" + after).json();
      for (Object entry : page.getJsonArray("items")) {
        JsonObject details = ((JsonObject) entry).getJsonObject("details");
        if (details.containsKey("reason")) {
          reasons.add(details.getString("reason"));
        }
      }
      after = page.getString("next");
    }
    return reasons;
  }

  private static void system(TestOperator operator) {
    operator.get("/livez");
    operator.get("/readyz");
    operator.get("/openapi.json");
    operator.get("/events?after=0&limit=10");
  }

  private static void datasets(TestOperator operator) {
    String rows = rows();
    operator.upload(
        "/datasets/rooms?format=csv&tag=team=vision&description=rooms&reason=winter",
        "text/csv",
        bytes(rows));
    operator.upload("/datasets/rooms", "text/csv", bytes(rows));
    operator.upload(
        "/datasets/rooms",
        "application/x-ndjson",
        bytes("{\"heat\":9.5,\"noise\":null,\"door\":\"open\",\"label\":\"b\"}\n"));
    operator.get("/datasets?name=ro*&limit=1");
    operator.get("/datasets/rooms/versions/1");
    operator.get("/datasets/rooms/versions/2/profile");
    operator.get("/datasets/rooms/versions/1/profile");
    assertThat(
            operator
                .get("/datasets/rooms/versions/1/comparison?with=rooms:2")
                .json()
                .getJsonArray("words"))
        .isNotEmpty();
    operator.get("/datasets/rooms/versions/1/content");
  }

  private static void registry(TestOperator operator, TestPublisher publisher) throws IOException {
    byte[] archive = Files.readAllBytes(publisher.bundle("digits", "one"));
    String query =
        "?tag=team=vision&metric=accuracy=0.93&description=first&reason=a%20start"
            + "&dataset=TRAINING=rooms:1&environment=edge:1";
    assertThat(operator.upload("/models/digits/versions" + query, archive).status()).isEqualTo(201);
    assertThat(operator.upload("/models/digits/versions", archive).status()).isEqualTo(200);
    Lineage lineage =
        new Lineage(
            Optional.of("ab".repeat(20)),
            true,
            List.of(),
            Optional.empty(),
            Optional.of("main"),
            Optional.of("https://example.org/digits.git"));
    operator.upload(
        "/models/digits/versions",
        Files.readAllBytes(publisher.bundle("digits", TestOnnx.identity("two"), lineage)));
    operator.upload(
        "/models/digits/versions", Files.readAllBytes(publisher.bundle("digits", "three")));
    byte[] greedy =
        Files.readAllBytes(publisher.bundle("digits", TestOnnx.filling(TOO_MANY), Lineage.UNKNOWN));
    assertThat(operator.upload("/models/digits/versions", greedy).json().getString("code"))
        .isEqualTo("INSPECTION_FAILED");
    operator.get("/models?query=tag.team=vision%20metric.accuracy%3E0.9&sort=-registered&limit=1");
    operator.get("/models/digits");
    operator.get("/models/digits/versions?after=0&limit=1");
    operator.get(V1);
    operator.get(V1 + "/inspection");
    operator.get(V1 + "/archive");
    operator.patch(
        "/models/digits",
        new JsonObject()
            .put("description", "digits by hand")
            .put("tags", change(new JsonObject().put("stage", "trial"), "old"))
            .put("reason", "tidy"));
    operator.patch(
        V1,
        new JsonObject()
            .put("tags", change(new JsonObject().put("team", "edge"), "old"))
            .put("metrics", change(new JsonObject().put("recall", 0.5), "old"))
            .put("reason", "measured"));
  }

  private static JsonObject change(JsonObject set, String removed) {
    return new JsonObject().put("set", set).put("remove", JsonArray.of(removed));
  }

  private static void environments(TestOperator operator) {
    JsonObject spec =
        new JsonObject()
            .put("runtime", ">=1.20 <2")
            .put("maxIrVersion", 10)
            .put("opsets", new JsonObject().put("", 21))
            .put("providers", JsonArray.of("CPUExecutionProvider"))
            .put("memoryBytes", 1024)
            .put("sessionOptions", new JsonObject().put("session.intra_op.allow_spinning", "0"));
    JsonObject environment =
        new JsonObject().put("spec", spec).put("description", "edge").put("reason", "new boards");
    operator.post("/environments/edge", environment);
    operator.post("/environments/edge", environment);
    operator.get("/environments?limit=1");
    operator.get("/environments/edge/versions/1");
  }

  private static void aliases(TestOperator operator) {
    String alias = "/models/digits/aliases/champion";
    operator.put(
        alias, new JsonObject().put("version", 1).put("expected", 0).put("reason", "better"));
    operator.put(alias, new JsonObject().put("version", 2));
    assertThat(operator.put(alias, new JsonObject().put("version", 1).put("expected", 1)).status())
        .isEqualTo(409);
    operator.get(alias);
    operator.delete(alias + "?reason=over");
    operator.get(alias + "/history?limit=10");
  }

  /** A device that enrols, gets a version, scores and is shut out. */
  private static void operators(TestOperator operator) {
    JsonObject viewer = new JsonObject().put("role", "viewer");
    JsonObject wanted =
        new JsonObject().put("grants", JsonArray.of(viewer)).put("reason", "a new colleague");
    operator.put("/operators/anna", wanted);
    operator.get("/operators");
    operator.get("/operators/anna");
    operator.get("/whoami");
    JsonObject token =
        operator
            .post(
                "/operators/anna/tokens",
                new JsonObject().put("description", "laptop").put("days", 7).put("reason", "new"))
            .json();
    operator.delete("/operators/anna/tokens/" + token.getString("id") + "?reason=lost");
    operator.delete("/operators/anna?reason=left");
    operator.get("/operators/anna");
  }

  private static void webhooks(TestOperator operator) {
    JsonObject wanted =
        new JsonObject()
            .put("url", "http://127.0.0.1:9/none")
            .put("types", JsonArray.of("io.flotilla.rollout"));
    JsonObject made = operator.put("/webhooks/chat", wanted.copy().put("reason", "alerts")).json();
    assertThat(made.getString("secret")).startsWith("whsec_");
    operator.put("/webhooks/chat", wanted.copy().put("reason", "again"));
    operator.get("/webhooks");
    operator.get("/webhooks/chat");
    operator.get("/webhooks/chat/dead-letters?after=0&limit=10");
    operator.post("/webhooks/chat/replay?reason=mended");
    operator.delete("/webhooks/chat?reason=over");
    operator.get("/webhooks/chat");
  }

  private static void notes(TestOperator operator) {
    JsonObject point =
        new JsonObject()
            .put("threads", 2)
            .put("loadMillis", 3.5)
            .put("p50Micros", 10)
            .put("p95Micros", 20)
            .put("p99Micros", 30)
            .put("throughputPerSecond", 1000)
            .put("cpuSecondsPer1000", 0.5)
            .put("residentBytes", 1 << 20);
    operator.post(
        V1 + "/profiles",
        new JsonObject()
            .put("deviceClass", "amd64/2")
            .put("machine", new JsonObject().put("cpus", 2).put("os", "linux"))
            .put("points", JsonArray.of(point))
            .put("recommendedThreads", 2)
            .put("atMs", 5)
            .put("reason", "a new bench"));
    operator.get(V1 + "/profiles");
    JsonObject recommended = operator.get(V1).json().getJsonObject("recommendations");
    assertThat(recommended.getJsonObject("amd64/2").getInteger("threads")).isEqualTo(2);
    conversions(operator);
  }

  private static void conversions(TestOperator operator) {
    operator.post(
        V1 + "/conversions",
        new JsonObject()
            .put("kind", "fp16")
            .put("succeeded", true)
            .put("report", new JsonObject().put("sizeBytes", 7).putNull("accuracy"))
            .putNull("failure")
            .put("result", "digits:2")
            .put("reason", "too large"));
    operator.post(
        V1 + "/conversions",
        new JsonObject()
            .put("kind", "int8-dynamic")
            .put("succeeded", false)
            .put(
                "failure",
                new JsonObject().put("code", "CONVERSION_FAILED").put("message", "no weights")));
    assertThat(
            operator
                .get(V1 + "/conversions?limit=1")
                .json()
                .getJsonArray("items")
                .getJsonObject(0)
                .getJsonObject("report"))
        .isEqualTo(new JsonObject().put("sizeBytes", 7).putNull("accuracy"));
    operator.post(
        "/models/trees/conversions",
        new JsonObject()
            .put("kind", "import-trees")
            .put(
                "failure",
                new JsonObject().put("code", "TREE_DUMP_INVALID").put("message", "no trees"))
            .put("reason", "from the lab"));
  }

  private static void runs(TestOperator operator) {
    JsonObject run =
        operator
            .post(
                "/runs",
                new JsonObject()
                    .put("pipeline", PIPELINE)
                    .put("inputs", new JsonObject().put("train", "rooms:1"))
                    .put("model", "rooms")
                    .put("reason", "monthly")
                    .put(
                        "git",
                        new JsonObject()
                            .put("commit", "ab".repeat(20))
                            .put("branch", "main")
                            .put("remote", "https://example.org/rooms.git")
                            .put("dirty", true)))
            .json();
    String path = "/runs/" + run.getString("id");
    await()
        .atMost(PATIENCE)
        .until(() -> !"RUNNING".equals(operator.get(path).json().getString("state")));
    assertThat(operator.get(path).json().getString("failure")).isNull();
    operator.get(path + "/bundle");
    operator.get("/runs?limit=1");
  }

  private void custody(TestOperator operator) throws IOException {
    operator.get("/audit?limit=2&actor=operator&action=model.&subject=model/digits:1");
    operator.get("/audit?limit=2");
    JsonObject head = operator.get("/audit/head").json();
    JsonObject verdict = operator.post("/audit/verification", head).json();
    assertThat(verdict.getJsonArray("problems")).as(verdict.encode()).isEmpty();
    Path backup = folder.resolve("backup.tar");
    Files.write(backup, operator.get("/backup?reason=weekly").body());
    assertThat(BackupReader.verify(backup).head().sequence())
        .isGreaterThanOrEqualTo(head.getLong("sequence"));
    Path restored = folder.resolve("restored");
    BackupReader.restore(backup, restored);
    assertThat(restored.resolve("pki/assignment-key.pem")).exists();
    assertThat(operator.get("/events?limit=1000").json().getJsonArray("items").encode())
        .contains(
            "io.flotilla.model.inspection.failed",
            "io.flotilla.model.conversion.failed",
            "\"subject\":\"model/trees\"",
            "io.flotilla.backup.made");
  }

  private static void refusals(TestOperator operator) {
    for (String path :
        List.of(
            "/models/nothing",
            "/models?query=tag.=",
            "/models?after=made-up",
            V1.replace("1", "9"),
            "/models/digits/aliases/champion",
            "/datasets/nothing/versions/1",
            "/environments/nothing/versions/1",
            "/drift/nothing",
            "/predictions/nothing",
            "/scored?id=none")) {
      assertThat(operator.get(path).status()).as(path).isBetween(400, 404);
    }
  }

  private static String rows() {
    Random random = new Random(42);
    StringBuilder csv = new StringBuilder("heat,noise,label\n");
    for (int i = 0; i < ROWS; i++) {
      csv.append((float) (random.nextGaussian() + (i % 2 == 0 ? 3 : -3)))
          .append(',')
          .append((float) random.nextGaussian())
          .append(i % 2 == 0 ? ",a\n" : ",b\n");
    }
    return csv.toString();
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
