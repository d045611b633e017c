package io.flotilla.controller.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.Capture;
import io.flotilla.protocol.message.CommandAnswer;
import io.flotilla.protocol.message.DeviceCommand;
import io.flotilla.protocol.topic.UpKind;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The operations about devices and rollouts; a part of {@link ApiContractTest}. */
final class FleetContract {
  private FleetContract() {}

  static void fleet(TestOperator operator) throws InterruptedException {
    String claim =
        operator
            .post(
                "/claims",
                new JsonObject()
                    .put("count", 1)
                    .put("ttlSeconds", 600)
                    .put("labels", new JsonObject().put("site", "lyon"))
                    .put("reason", "a new site"))
            .json()
            .getJsonArray("claims")
            .getString(0);
    try (TestDevice device = new TestDevice("dev-a", operator, claim)) {
      await()
          .atMost(ApiContractTest.PATIENCE)
          .until(() -> operator.get("/devices/dev-a").json().getValue("hardware") != null);
      operator.get("/environments/edge/versions/1/fit?selector=site=lyon");
      operator.get(ApiContractTest.V1 + "/fit");
      String rollout = "/rollouts/" + rollOut(operator, device);
      operator.get("/rollouts?limit=1");
      operator.get(rollout);
      score(operator, device);
      operator.get("/scored?id=dev-a/boot/1");
      operator.get(ApiContractTest.V1 + "/devices?fromMs=0&limit=10");
      operator.get(ApiContractTest.V1 + "/lineage");
      operator.accept(ApiContractTest.V1 + "/lineage", "image/svg+xml");
      profile(operator);
      operator.patch(
          "/devices/dev-a/labels",
          new JsonObject()
              .put("set", new JsonObject().put("row", "7"))
              .put("remove", JsonArray.of("site"))
              .put("reason", "it was moved"));
      operator.get("/devices?selector=row=7&limit=1");
      groups(operator);
      rollouts(operator, rollout);
      assertThat(operator.delete(ApiContractTest.V1 + "?reason=early").json().getJsonArray("users"))
          .contains("dev-a");
      command(operator, device);
      alerts(operator);
      leaving(operator);
    }
  }

  private static void alerts(TestOperator operator) {
    JsonObject condition =
        new JsonObject().put("kind", "offline").put("selector", "row=7").put("seconds", 60);
    operator.put(
        "/alert-rules/silent",
        new JsonObject()
            .put("condition", condition)
            .put("forSeconds", 300)
            .put("repeatSeconds", 3600)
            .put("groupBy", "row")
            .put("severity", "critical")
            .put("runbook", "go and look")
            .put("reason", "it went unnoticed"));
    operator.get("/alert-rules");
    operator.get("/alerts");
    String silence =
        operator
            .post(
                "/silences",
                new JsonObject()
                    .put("rule", "silent")
                    .put("group", "7")
                    .put("seconds", 600)
                    .put("reason", "works on the line"))
            .json()
            .getString("id");
    operator.get("/silences");
    operator.delete("/silences/" + silence + "?reason=done");
    operator.delete("/alert-rules/silent?reason=unused");
  }

  private static void leaving(TestOperator operator) {
    operator.post("/devices/dev-a/quarantine?reason=odd");
    operator.post("/devices/dev-a/release?reason=fine");
    operator.post("/devices/dev-a/revoke?reason=stolen");
    operator.post("/devices/dev-a/decommission?reason=scrapped");
    operator.get("/devices?decommissioned=true&limit=1");
    operator.post(
        "/provisionings",
        new JsonObject()
            .put("deviceId", "dev-b")
            .put("csr", TestDevice.csr(TestDevice.newKey()))
            .put("labels", new JsonObject().put("site", "lyon"))
            .put("reason", "from the factory"));
  }

  private static void command(TestOperator operator, TestDevice device)
      throws InterruptedException {
    String path = "/devices/dev-a/commands";
    JsonObject order =
        new JsonObject().put("order", "ping").put("deadlineSeconds", 60).put("reason", "there?");
    String id = operator.post(path, order).json().getString("id");
    DeviceCommand command = device.commands.poll(20, TimeUnit.SECONDS);
    assertThat(command).isNotNull();
    device.spool(UpKind.COMMANDS, CommandAnswer.done(command, Map.of("spooledBytes", 0.0), 5));
    JsonObject ended = operator.get(path + "/" + id + "?waitSeconds=20").json();
    assertThat(ended.getString("state")).isEqualTo("DONE");
    operator.get(path + "?limit=1");
  }

  private static void groups(TestOperator operator) {
    JsonObject wanted = new JsonObject().put("selector", "row=7, runtime>=1");
    operator.put("/groups/row-7", wanted.copy().put("description", "x").put("reason", "a row"));
    operator.get("/groups");
    assertThat(operator.get("/groups/row-7").json().getInteger("devices")).isEqualTo(1);
    operator.post("/groups/preview", new JsonObject().put("selector", "@row-7"));
    assertThat(operator.get("/devices?selector=@row-7").json().getJsonArray("items")).hasSize(1);
    operator.delete("/groups/row-7?reason=over");
    operator.get("/groups/row-7");
  }

  private static void profile(TestOperator operator) {
    JsonObject job =
        operator
            .post(
                ApiContractTest.V1 + "/profile-jobs",
                new JsonObject()
                    .put("device", "dev-a")
                    .put("threads", JsonArray.of(1))
                    .put("budgetSeconds", 5)
                    .put("reason", "slow there"))
            .json();
    operator.get("/profile-jobs/" + job.getString("id"));
  }

  private static void rollouts(TestOperator operator, String finished) {
    JsonObject again = plan().put("version", 2).put("skipUnfit", true);
    String second = "/rollouts/" + operator.post("/rollouts", again).json().getString("id");
    operator.post(second + "/pause?reason=lunch");
    operator.post(second + "/resume?reason=lunch%20is%20over");
    assertThat(operator.post(second + "/abort?reason=too%20warm").json().getString("reason"))
        .isEqualTo("aborted by operator: too warm");
    operator.post("/rollouts/preview", plan().put("version", 2));
    operator.get(finished + "/targets?state=SUCCEEDED&limit=10");
    operator.get(finished + "/decisions?limit=10");
    JsonObject admin = new JsonObject().put("role", "admin");
    operator.put("/operators/bob", new JsonObject().put("grants", JsonArray.of(admin)));
    String token =
        operator
            .post("/operators/bob/tokens", new JsonObject().put("days", 1))
            .json()
            .getString("token");
    JsonObject wanted =
        plan()
            .put("version", 2)
            .put("approval", true)
            .put("onFailure", "UNDO")
            .put("retries", new JsonObject().put("TRANSIENT", 1))
            .put("pace", new JsonObject().put("perMinute", 60))
            .put("window", new JsonObject().put("from", "00:00").put("to", "24:00"));
    TestOperator.Answer created = operator.as(token).post("/rollouts", wanted);
    assertThat(created.json().getString("state")).isEqualTo("AWAITING_APPROVAL");
    String third = "/rollouts/" + created.json().getString("id");
    assertThat(operator.as(token).post(third + "/approve").status()).isEqualTo(403);
    operator.post(third + "/approve?reason=looked%20at");
    operator.post(third + "/undo?reason=worse");
  }

  private static JsonObject plan() {
    return new JsonObject()
        .put("model", "digits")
        .put("version", 1)
        .put("selector", "*")
        .put("waves", JsonArray.of(new JsonObject().put("percent", 100)))
        .put("maxFailures", 0)
        .put("deploymentTimeoutSeconds", 600)
        .put("reason", "better at night");
  }

  private static String rollOut(TestOperator operator, TestDevice device)
      throws InterruptedException {
    TestOperator.Answer answer = operator.post("/rollouts", plan());
    assertThat(answer.status()).isEqualTo(201);
    Assignment assignment =
        Optional.ofNullable(
                device.assignments.poll(ApiContractTest.PATIENCE.toSeconds(), TimeUnit.SECONDS))
            .orElseThrow(() -> new AssertionError("no assignment came"));
    device.commit(assignment);
    byte[] input =
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putFloat(1).putFloat(.5f).array();
    device.spool(
        UpKind.CAPTURE,
        new Capture(
            1,
            assignment.target(),
            List.of(
                new Capture.Prediction(
                    "dev-a/boot/1", 1000, Optional.of("3"), .9f, Optional.of(input)))));
    device.spool(UpKind.WINDOWS, ControllerTest.driftedWindow(assignment.target(), 0));
    device.spool(UpKind.WINDOWS, ControllerTest.driftedWindow(assignment.target(), 1));
    await()
        .atMost(ApiContractTest.PATIENCE)
        .until(() -> device.acknowledged.get() == device.lastSequence());
    return answer.json().getString("id");
  }

  private static void score(TestOperator operator, TestDevice device) {
    assertThat(device.id).isEqualTo("dev-a");
    operator.get("/predictions/digits");
    operator.get("/captured?model=digits&sampled=true&unlabelled=true&limit=10");
    operator.upload(
        "/labels?reason=by%20hand",
        "application/x-ndjson",
        ApiContractTest.bytes("{\"id\":\"dev-a/boot/1\",\"label\":\"8\"}\n"));
    operator.post(
        "/datasets/seen/captured",
        new JsonObject()
            .put("model", "digits")
            .put("version", 1)
            .put("selector", "*")
            .put("labelledOnly", true)
            .put("fromMs", 0)
            .put("toMs", 2000)
            .put("reason", "what it saw"));
    operator.get("/drift/digits");
    operator.post("/drift/digits/cohorts?reason=summer");
  }
}
