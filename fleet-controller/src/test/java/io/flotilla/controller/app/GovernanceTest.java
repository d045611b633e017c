package io.flotilla.controller.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.flotilla.controller.fleet.TestPublisher;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.Capture;
import io.flotilla.protocol.topic.UpKind;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the registry answers for: who ran what, when and why, and who cannot. */
class GovernanceTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String V1 = "/models/digits/versions/1";

  @TempDir private Path folder;
  private TestPublisher publisher;
  private ControllerConfig config;

  @BeforeEach
  void configure() {
    publisher = new TestPublisher(folder);
    config = ControllerConfig.local(folder.resolve("data"), publisher.trust());
  }

  @Test
  void everyScoreLeadsBackToItsVersionThroughARestart() throws Exception {
    JsonObject before;
    String rollout;
    try (Controller controller = Controller.start(config);
        TestOperator operator = new TestOperator(controller.operatorFile())) {
      register(operator, "one", "");
      try (TestDevice device = connected(operator, "dev-a")) {
        rollout = rollOut(operator, 1).json().getString("id");
        Assignment assignment = take(device);
        long earlierMs = System.currentTimeMillis() - 60_000;
        device.commit(assignment);
        List<Capture.Prediction> predictions = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
          predictions.add(
              new Capture.Prediction(
                  "dev-a/boot/" + i, earlierMs + i, Optional.of("3"), .9f, Optional.empty()));
        }
        device.spool(UpKind.CAPTURE, new Capture(1, assignment.target(), predictions));
        await().atMost(PATIENCE).until(() -> device.acknowledged.get() == device.lastSequence());
        before = scoredAll(operator);
        assertThat(before.getString("rollout")).isEqualTo(rollout);
        assertThat(before.getString("bundle")).isEqualTo(assignment.target().bundle());
        assertThat(before.getString("publisher")).isEqualTo("lab");
      }
    }
    try (Controller controller = Controller.start(config);
        TestOperator operator = new TestOperator(controller.operatorFile())) {
      JsonObject after = scoredAll(operator);
      assertThat(after).isEqualTo(before);
      JsonObject interval = after.getJsonObject("interval");
      assertThat(interval.getValue("toMs")).isNull();
      lineage(operator, rollout);
      ranBetween(operator, interval.getLong("fromMs"));
      assertThat(operator.get("/scored?id=dev-a/boot/6").json().getString("code"))
          .isEqualTo("PREDICTION_NOT_FOUND");
      assertThat(operator.get("/scored?device=dev-a&atMs=5").status()).isEqualTo(404);
      assertThat(operator.get("/scored?id=x&device=dev-a&atMs=5").status()).isEqualTo(400);
      JsonObject verdict = operator.post("/audit/verification", new JsonObject()).json();
      assertThat(verdict.getJsonArray("problems")).as(verdict.encode()).isEmpty();
    }
  }

  /** The same for every captured prediction. */
  private static JsonObject scoredAll(TestOperator operator) {
    JsonArray captured = operator.get("/captured?model=digits").json().getJsonArray("items");
    assertThat(captured).hasSize(5);
    JsonObject last = new JsonObject();
    for (Object item : captured) {
      String id = ((JsonObject) item).getString("id");
      last = operator.get("/scored?id=" + id).json();
      assertThat(last.getString("model")).isEqualTo("digits");
      assertThat(last.getInteger("version")).isEqualTo(1);
      assertThat(last.getString("lineage")).isEqualTo("/api/v1" + V1 + "/lineage");
    }
    return last;
  }

  private static void lineage(TestOperator operator, String rollout) {
    JsonObject graph = operator.get(V1 + "/lineage").json();
    assertThat(graph.getJsonArray("nodes").stream().map(n -> ((JsonObject) n).getString("id")))
        .contains("version/digits:1", "signature/1", "rollout/" + rollout)
        .anyMatch(id -> id.startsWith("interval/dev-a/"));
    String svg =
        new String(
            operator.accept(V1 + "/lineage", "image/svg+xml").body(), StandardCharsets.UTF_8);
    assertThat(svg).contains("<svg", "Lineage of digits:1", rollout, "dev-a");
  }

  private static void ranBetween(TestOperator operator, long fromMs) {
    String path = V1 + "/devices?fromMs=%d&toMs=%d";
    assertThat(items(operator.get(path.formatted(0, fromMs)))).isEmpty();
    assertThat(items(operator.get(path.formatted(fromMs, fromMs + 1)))).hasSize(1);
    assertThat(items(operator.get(V1 + "/devices"))).hasSize(1);
    assertThat(operator.get("/scored?device=dev-a&atMs=" + fromMs).json().getInteger("version"))
        .isEqualTo(1);
    assertThat(operator.get(path.formatted(9, 9)).status()).isEqualTo(400);
  }

  @Test
  void aDeviceThatCannotRunAVersionIsRefusedBeforeAByteIsSent() throws Exception {
    try (Controller controller = Controller.start(config);
        TestOperator operator = new TestOperator(controller.operatorFile())) {
      environment(operator, "future", new JsonObject().put("runtime", ">=9"));
      environment(operator, "now", new JsonObject().put("runtime", ">=1.20 <2"));
      register(operator, "one", "?environment=future:1");
      register(operator, "two", "?environment=now:1");
      try (TestDevice device = connected(operator, "dev-a")) {
        TestOperator.Answer refused = rollOut(operator, 1);
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.json().getString("code")).isEqualTo("DEVICE_UNFIT");
        assertThat(refused.json().getString("detail"))
            .contains("dev-a", "RUNTIME_VERSION", "ONNX Runtime >=9 is needed", "1.29.0");

        JsonObject fit = operator.get("/environments/future/versions/1/fit").json();
        assertThat(fit.getJsonArray("fit")).isEmpty();
        assertThat(fit.getJsonArray("unfit").getJsonObject(0).getString("device"))
            .isEqualTo("dev-a");
        assertThat(operator.get("/models/digits/versions/2/fit").json().getJsonArray("fit"))
            .containsExactly("dev-a");
        assertThat(rollOut(operator, 2).status()).isEqualTo(201);
        assertThat(take(device).target().version()).isEqualTo(2);
        assertThat(device.assignments).isEmpty();
      }
    }
  }

  private static void environment(TestOperator operator, String name, JsonObject spec) {
    TestOperator.Answer answer =
        operator.post("/environments/" + name, new JsonObject().put("spec", spec));
    assertThat(answer.status()).isEqualTo(201);
    assertThat(answer.json().getJsonObject("spec")).isEqualTo(spec);
  }

  private void register(TestOperator operator, String content, String query) throws IOException {
    byte[] archive = Files.readAllBytes(publisher.bundle("digits", content));
    assertThat(operator.upload("/models/digits/versions" + query, archive).status()).isEqualTo(201);
  }

  /** A device whose hello has arrived. */
  private static TestDevice connected(TestOperator operator, String id) {
    String claim =
        operator
            .post("/claims", new JsonObject().put("count", 1).put("ttlSeconds", 600))
            .json()
            .getJsonArray("claims")
            .getString(0);
    TestDevice device = new TestDevice(id, operator, claim);
    await()
        .atMost(PATIENCE)
        .until(() -> operator.get("/devices/" + id).json().getValue("hardware") != null);
    return device;
  }

  private static TestOperator.Answer rollOut(TestOperator operator, int version) {
    return operator.post(
        "/rollouts", new JsonObject().put("model", "digits").put("version", version));
  }

  private static Assignment take(TestDevice device) throws InterruptedException {
    return Optional.ofNullable(device.assignments.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .orElseThrow(() -> new AssertionError("no assignment came"));
  }

  private static List<Object> items(TestOperator.Answer answer) {
    return answer.json().getJsonArray("items").stream().toList();
  }
}
