package io.flotilla.controller.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.flotilla.controller.fleet.TestPublisher;
import io.flotilla.protocol.message.ProfileCommand;
import io.flotilla.protocol.message.ProfileReport;
import io.flotilla.protocol.message.Progress;
import io.flotilla.protocol.topic.UpKind;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Profile jobs from the API over the broker to a device and back. */
class ProfilingOnDevicesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String JOBS = "/models/digits/versions/1/profile-jobs";

  @TempDir private Path folder;

  @Test
  void aDeviceIsToldOnceSignedAndItsFiguresAreKeptUnderItsClass() throws Exception {
    TestPublisher publisher = new TestPublisher(folder);
    ControllerConfig config = ControllerConfig.local(folder.resolve("data"), publisher.trust());
    try (Controller controller = Controller.start(config);
        TestOperator operator = new TestOperator(controller.operatorFile())) {
      byte[] archive = Files.readAllBytes(publisher.bundle("digits", "model one"));
      assertThat(operator.upload("/models/digits/versions", archive).status()).isEqualTo(201);
      String claim =
          operator
              .post("/claims", new JsonObject().put("count", 1).put("ttlSeconds", 600))
              .json()
              .getJsonArray("claims")
              .getString(0);
      try (TestDevice device = new TestDevice("dev-a", operator, claim)) {
        await()
            .atMost(PATIENCE)
            .until(() -> operator.get("/devices/dev-a").json().getBoolean("online"));
        figuresAreKept(operator, device);
        failuresAreTold(operator, device);
        assertThat(device.profiles).as("each command came once").isEmpty();
      }
    }
  }

  private static void figuresAreKept(TestOperator operator, TestDevice device) throws Exception {
    String job = begin(operator);
    ProfileCommand command = device.profiles.poll(20, TimeUnit.SECONDS);
    assertThat(command).isNotNull();
    assertThat(command.deviceId()).isEqualTo("dev-a");
    assertThat(command.job()).isEqualTo(job);
    assertThat(command.version().toString()).isEqualTo("digits:1");

    device.spool(UpKind.PROFILES, ProfileReport.running(command, 5));
    awaitState(operator, job, "RUNNING");
    ProfileReport.Point point = new ProfileReport.Point(1, 1.5, 2, 3, 4, 1e5, .5, 4096);
    device.spool(
        UpKind.PROFILES,
        ProfileReport.succeeded(
            command,
            new ProfileReport.Figures("CPUExecutionProvider", false, "amd64", 1, List.of(point), 1),
            6));
    awaitState(operator, job, "SUCCEEDED");
    JsonObject recommendation =
        operator
            .get("/models/digits/versions/1/profiles")
            .json()
            .getJsonObject("recommendations")
            .getJsonObject("amd64-CPUExecutionProvider");
    assertThat(recommendation.getInteger("threads")).isEqualTo(1);
    assertThat(recommendation.getJsonObject("point").getDouble("p95Micros")).isEqualTo(3);
  }

  private static void failuresAreTold(TestOperator operator, TestDevice device) throws Exception {
    String job = begin(operator);
    ProfileCommand command = device.profiles.poll(20, TimeUnit.SECONDS);
    assertThat(command).isNotNull();
    assertThat(command.job()).isEqualTo(job);
    device.spool(
        UpKind.PROFILES,
        ProfileReport.failed(
            command, new Progress.Failure("PROFILE_FAILED", "dev-a does not hold digits:1"), 7));
    awaitState(operator, job, "FAILED");
    assertThat(operator.get("/profile-jobs/" + job).json().getJsonObject("failure"))
        .isEqualTo(
            new JsonObject()
                .put("code", "PROFILE_FAILED")
                .put("message", "dev-a does not hold digits:1"));
    await().atMost(PATIENCE).until(() -> device.acknowledged.get() == device.lastSequence());
  }

  private static String begin(TestOperator operator) {
    TestOperator.Answer answer = operator.post(JOBS, new JsonObject().put("device", "dev-a"));
    assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
    return answer.json().getString("id");
  }

  private static void awaitState(TestOperator operator, String job, String state) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(operator.get("/profile-jobs/" + job).json().getString("state"))
                    .isEqualTo(state));
  }
}
