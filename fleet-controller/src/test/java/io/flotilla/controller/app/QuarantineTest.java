package io.flotilla.controller.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.flotilla.controller.fleet.TestPublisher;
import io.flotilla.protocol.message.Capture;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.protocol.topic.UpKind;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A device that is shut out for a while, through a controller and a broker as they run. */
class QuarantineTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder;

  @Test
  void aDeviceInQuarantineIsCutOffAndComesBackWithWhatItKept() {
    TestPublisher publisher = new TestPublisher(folder);
    ControllerConfig config = ControllerConfig.local(folder.resolve("data"), publisher.trust());
    try (Controller controller = Controller.start(config);
        TestOperator operator = new TestOperator(controller.operatorFile())) {
      String claim =
          operator.post("/claims", new JsonObject()).json().getJsonArray("claims").getString(0);
      try (TestDevice device = new TestDevice("dev-a", operator, claim)) {
        awaitOnline(operator);

        JsonObject shut = operator.post("/devices/dev-a/quarantine?reason=odd%20inputs").json();

        assertThat(shut.getLong("quarantinedAtMs")).isPositive();
        assertThat(shut.getBoolean("online")).isFalse();
        assertThat(rollOut(operator).getString("code")).isEqualTo("SELECTOR_EMPTY");
        device.spool(
            UpKind.CAPTURE,
            new Capture(1, new VersionRef("digits", 1, "00".repeat(32)), List.of()));
        assertThat(operator.post("/devices/dev-a/quarantine").json()).isEqualTo(shut);
        assertThat(device.acknowledged.get()).isZero();

        JsonObject released = operator.post("/devices/dev-a/release?reason=lens%20cleaned").json();

        assertThat(released.getValue("quarantinedAtMs")).isNull();
        awaitOnline(operator);
        await().atMost(PATIENCE).until(() -> device.acknowledged.get() == device.lastSequence());
        assertThat(rollOut(operator).getString("code")).isEqualTo("VERSION_NOT_FOUND");
      }
    }
  }

  private static void awaitOnline(TestOperator operator) {
    await()
        .atMost(PATIENCE)
        .until(() -> operator.get("/devices/dev-a").json().getBoolean("online"));
  }

  private static JsonObject rollOut(TestOperator operator) {
    return operator
        .post(
            "/rollouts",
            new JsonObject()
                .put("model", "digits")
                .put("version", 1)
                .put("selector", "id=dev-a")
                .put("waves", List.of(new JsonObject().put("percent", 100))))
        .json();
  }
}
