package io.flotilla.controller.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.fleet.TestPublisher;
import io.flotilla.drift.WindowCounter;
import io.flotilla.drift.WindowCounters;
import io.flotilla.drift.codec.DriftCodec;
import io.flotilla.hardware.probe.ProbeLimits;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.BundlePart;
import io.flotilla.protocol.message.Capture;
import io.flotilla.protocol.message.Status;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.protocol.message.WindowReport;
import io.flotilla.protocol.topic.UpKind;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One controller with its embedded broker, spoken to from outside only. */
class ControllerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir private Path folder;
  private TestPublisher publisher;

  @BeforeEach
  void makePublisher() {
    publisher = new TestPublisher(folder);
  }

  @Test
  void aRolloutGoesOnWhereTheControllerStopped() throws Exception {
    ControllerConfig config = ControllerConfig.local(folder.resolve("data"), publisher.trust());
    Assignment before;
    URI api;
    String rollout;
    TestDevice device;
    try (Controller controller = Controller.start(config);
        TestOperator operator = new TestOperator(controller.operatorFile())) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(config.data())))
          .isEqualTo("rwx------");
      assertThat(operator.get("/readyz").status()).isEqualTo(200);
      assertThat(described(operator))
          .containsExactlyInAnyOrderElementsOf(
              controller.endpoints().stream().map(e -> e.replaceAll(":\\w+", "{}")).toList());
      api = controller.api();
      register(operator, "model one");
      device = new TestDevice("dev-a", operator, claim(operator));
      await()
          .atMost(PATIENCE)
          .until(() -> operator.get("/devices/dev-a").json().getValue("hardware") != null);
      rollout = startRollout(operator, 1);
      before = take(device);
      assertThat(before.number()).isEqualTo(1);
      assertThat(fetched(device, before)).isInstanceOf(BundlePart.Index.class);
    }
    Path stray = strayBlob(config.data().resolve("blobs"));
    try (Controller controller = Controller.start(config);
        TestOperator operator = new TestOperator(controller.operatorFile())) {
      assertThat(controller.api()).isEqualTo(api);
      await().atMost(PATIENCE).until(() -> !Files.exists(stray));
      Assignment again = take(device);
      assertThat(again).isEqualTo(before);

      device.commit(again);
      await().atMost(PATIENCE).until(() -> device.acknowledged.get() == device.lastSequence());

      assertThat(operator.get("/rollouts/" + rollout).json().getString("state"))
          .isEqualTo("COMPLETED");
      assertThat(operator.get("/devices/dev-a").json().getJsonObject("running"))
          .isEqualTo(versionOne(before));
      assertThat(operator.delete("/models/digits/versions/1").json().getString("code"))
          .isEqualTo("VERSION_IN_USE");
      observe(operator, device, before.target());
      device.publish(UpKind.STATUS, new Status(1, false, "boot"));
      device.close();
      onlyAShutOutDeviceLetsItsVersionGo(operator);
    }
  }

  private static JsonObject versionOne(Assignment assignment) {
    return new JsonObject()
        .put("model", "digits")
        .put("version", 1)
        .put("bundle", assignment.target().bundle());
  }

  private static void onlyAShutOutDeviceLetsItsVersionGo(TestOperator operator) {
    String version = "/models/digits/versions/1";
    await()
        .atMost(PATIENCE)
        .until(() -> !operator.get("/devices/dev-a").json().getBoolean("online"));
    JsonObject refused = operator.delete(version).json();
    assertThat(refused.getString("code")).isEqualTo("VERSION_IN_USE");
    assertThat(refused.getJsonArray("users")).isEqualTo(JsonArray.of("dev-a"));
    assertThat(refused.getInteger("userCount")).isEqualTo(1);

    assertThat(operator.post("/devices/dev-a/revoke").status()).isEqualTo(200);

    assertThat(operator.get("/devices/dev-a").json().getValue("running")).isNotNull();
    assertThat(operator.delete(version).status()).isEqualTo(204);
  }

  /** What a cut leaves between the keeping of a blob and its record. */
  private static Path strayBlob(Path blobs) throws IOException {
    byte[] content = "nobody names this".getBytes(StandardCharsets.UTF_8);
    String digest = Digest.of(content).hex();
    Path file = blobs.resolve(digest.substring(0, 2)).resolve(digest);
    Files.createDirectories(file.getParent());
    return Files.write(file, content);
  }

  /** Predictions are stored once, labelled, made into a dataset; drift is raised and grouped. */
  private void observe(TestOperator operator, TestDevice device, VersionRef version) {
    List<Capture.Prediction> predictions = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      byte[] input =
          ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putFloat(i).putFloat(.5f).array();
      predictions.add(
          new Capture.Prediction(
              "dev-a/boot/" + i, 1000L * i, Optional.of("3"), .9f, Optional.of(input)));
    }
    device.spool(UpKind.CAPTURE, new Capture(1, version, predictions));
    for (int i = 0; i < 2; i++) {
      device.spool(UpKind.WINDOWS, driftedWindow(version, i));
    }
    await().atMost(PATIENCE).until(() -> device.acknowledged.get() == device.lastSequence());

    JsonObject stored = operator.get("/predictions/digits").json();
    assertThat(stored.getInteger("stored")).isEqualTo(3);
    assertThat(stored.getInteger("duplicates")).isZero();
    JsonObject drift =
        operator.get("/drift/digits").json().getJsonArray("devices").getJsonObject(0);
    assertThat(drift.getBoolean("flagged")).isTrue();
    assertThat(drift.getJsonArray("features").getJsonObject(0).getString("feature"))
        .isEqualTo("heat");
    assertThat(operator.post("/drift/digits/cohorts", new JsonObject()).json())
        .isEqualTo(
            new JsonObject()
                .put("cohorts", new JsonObject().put("drifted-1", JsonArray.of("dev-a"))));
    String labels =
        "{\"id\":\"dev-a/boot/2\",\"label\":\"8\"}\n{\"id\":\"dev-a/boot/9\",\"label\":\"8\"}\n";
    assertThat(operator.upload("/labels", labels.getBytes(StandardCharsets.UTF_8)).json())
        .isEqualTo(new JsonObject().put("accepted", 1).put("unknown", 1));
    JsonObject dataset =
        operator.post("/datasets/seen/captured", new JsonObject().put("model", "digits")).json();
    assertThat(dataset.getInteger("rows")).isEqualTo(1);
    assertThat(operator.get("/datasets/seen/versions/1/content").body())
        .asString(StandardCharsets.UTF_8)
        .isEqualTo("heat,noise,label,cohort\n2.0,0.5,8,drifted-1\n");
    assertThat(eventTypes(operator))
        .contains(
            "io.flotilla.model.registered",
            "io.flotilla.device.enrolled",
            "io.flotilla.rollout.wave.opened",
            "io.flotilla.device.activated",
            "io.flotilla.rollout.completed",
            "io.flotilla.drift.raised",
            "io.flotilla.dataset.registered");
  }

  /** A window whose first feature has moved far. */
  static WindowReport driftedWindow(VersionRef version, int index) {
    Random random = new Random(7 + index);
    WindowCounter counter = new WindowCounter(TestPublisher.baseline(0));
    for (int i = 0; i < 200; i++) {
      counter.add(
          new float[] {(float) (random.nextGaussian() + 3), (float) random.nextGaussian()},
          OptionalInt.empty());
    }
    WindowCounters window = counter.take();
    return new WindowReport(
        1,
        version,
        index,
        500 + index,
        600 + index,
        DriftCodec.encode(window),
        new WindowReport.Totals(3, 3, 0));
  }

  @Test
  void allThatIsWrongIsToldAtOnce() {
    ControllerConfig wrong =
        new ControllerConfig(
            folder.resolve("data"),
            "",
            70_000,
            new BrokerChoice.External(URI.create("mqtt://plain:1883"), Optional.empty()),
            "No Tenant",
            folder.resolve("nowhere"),
            false,
            ProbeLimits.DEFAULT);

    assertThatThrownBy(() -> Controller.start(wrong))
        .isInstanceOfSatisfying(
            FlotillaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIGURATION_INVALID))
        .hasMessageContainingAll(
            "the API's address", "70000", "mqtts://", "tenant", "trust.json", "root.pem");
    assertThat(folder.resolve("data")).doesNotExist();
  }

  @Test
  void aTakenPortIsToldBeforeAnythingIsMade() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      for (boolean http : new boolean[] {true, false}) {
        ControllerConfig config =
            new ControllerConfig(
                folder.resolve("data"),
                "127.0.0.1",
                http ? taken.getLocalPort() : 0,
                new BrokerChoice.Embedded("127.0.0.1", http ? 0 : taken.getLocalPort()),
                "default",
                publisher.trust(),
                false,
                ProbeLimits.DEFAULT);

        assertThatThrownBy(() -> Controller.start(config))
            .isInstanceOfSatisfying(
                FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PORT_IN_USE))
            .hasMessageContaining(String.valueOf(taken.getLocalPort()));
        assertThat(folder.resolve("data")).doesNotExist();
      }
    }
  }

  @Test
  void anAbsentBrokerIsOneSentenceAndLeavesNothingLocked() throws IOException {
    int freePort;
    try (ServerSocket free = new ServerSocket(0)) {
      freePort = free.getLocalPort();
    }
    ControllerConfig config =
        new ControllerConfig(
            folder.resolve("data"),
            "127.0.0.1",
            0,
            new BrokerChoice.External(
                URI.create("mqtts://127.0.0.1:" + freePort), Optional.empty()),
            "default",
            publisher.trust(),
            false,
            ProbeLimits.DEFAULT);
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(() -> Controller.start(config))
          .isInstanceOfSatisfying(
              FlotillaException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.BROKER_UNREACHABLE));
    }
  }

  private void register(TestOperator operator, String content) throws IOException {
    byte[] archive = Files.readAllBytes(publisher.bundle("digits", content));
    TestOperator.Answer first = operator.upload("/models/digits/versions?tag=a=b", archive);
    assertThat(first.status()).isEqualTo(201);
    assertThat(first.json().getString("publisher")).isEqualTo("lab");
    assertThat(operator.upload("/models/digits/versions", archive).status()).isEqualTo(200);
  }

  private static String claim(TestOperator operator) {
    return operator
        .post("/claims", new JsonObject().put("count", 1).put("ttlSeconds", 600))
        .json()
        .getJsonArray("claims")
        .getString(0);
  }

  private static String startRollout(TestOperator operator, int version) {
    TestOperator.Answer answer =
        operator.post(
            "/rollouts",
            new JsonObject()
                .put("model", "digits")
                .put("version", version)
                .put("selector", "*")
                .put("waves", JsonArray.of(new JsonObject().put("percent", 100)))
                .put("maxFailures", 0)
                .put("deploymentTimeoutSeconds", 60));
    assertThat(answer.status()).isEqualTo(201);
    return answer.json().getString("id");
  }

  private static Assignment take(TestDevice device) throws InterruptedException {
    Assignment assignment = device.assignments.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    return Optional.ofNullable(assignment)
        .orElseThrow(() -> new AssertionError("no assignment came"));
  }

  private static BundlePart fetched(TestDevice device, Assignment assignment)
      throws InterruptedException {
    device.need(assignment, true);
    byte[] part = device.parts.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    return TestDevice.part(
        Optional.ofNullable(part).orElseThrow(() -> new AssertionError("no part came")));
  }

  /** The operations of the API's own description, with nameless variables. */
  private static List<String> described(TestOperator operator) {
    JsonObject paths = operator.get("/openapi.json").json().getJsonObject("paths");
    List<String> operations = new ArrayList<>();
    for (String path : paths.fieldNames()) {
      for (String method : List.of("get", "post", "put", "patch", "delete")) {
        if (paths.getJsonObject(path).containsKey(method)) {
          operations.add(
              method.toUpperCase(Locale.ROOT) + " /api/v1" + path.replaceAll("\\{\\w+\\}", "{}"));
        }
      }
    }
    return operations;
  }

  private static List<String> eventTypes(TestOperator operator) {
    return operator.get("/events?limit=1000").json().getJsonArray("items").stream()
        .map(event -> ((JsonObject) event).getString("type"))
        .toList();
  }
}
