package io.flotilla.controller.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.flotilla.controller.fleet.TestPublisher;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates that are renewed, made ahead, and taken back, on the embedded broker. */
class DeviceCertificatesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir private Path folder;

  @Test
  void certificatesAreRenewedProvisionedAndGivenUp() throws Exception {
    TestPublisher publisher = new TestPublisher(folder);
    ControllerConfig config = ControllerConfig.local(folder.resolve("data"), publisher.trust());
    try (Controller controller = Controller.start(config);
        TestOperator operator = new TestOperator(controller.operatorFile())) {
      aRenewedCertificateEndsTheOneBeforeOnceItIsUsed(operator);
      aProvisionedDeviceConnectsWithoutAClaim(operator);
      aDecommissionedDeviceIsOutOfTheFleetUntilItIsEnrolledAgain(operator);
    }
  }

  private static void aRenewedCertificateEndsTheOneBeforeOnceItIsUsed(TestOperator operator)
      throws Exception {
    KeyPair key = TestDevice.newKey();
    String renewed;
    JsonObject first = provision(operator, "dev-a", key);
    try (TestDevice device = new TestDevice("dev-a", key, any -> first)) {
      device.askRenewal(TestDevice.newKey());
      device.askRenewal();
      renewed = device.certificates.poll(20, TimeUnit.SECONDS);
      assertThat(renewed).isNotNull().isNotEqualTo(first.getString("certificate"));
      device.askRenewal();
      assertThat(device.certificates.poll(20, TimeUnit.SECONDS))
          .as("the same again, and none for another key")
          .isEqualTo(renewed);
    }
    // The one before is good until the new one is used: the answer may have been lost.
    try (TestDevice again = new TestDevice("dev-a", key, any -> first)) {
      awaitOnline(operator, "dev-a");
      try (TestDevice next = new TestDevice(again, renewed)) {
        await()
            .atMost(PATIENCE)
            .untilAsserted(
                () ->
                    assertThatThrownBy(() -> new TestDevice("dev-a", key, any -> first).close())
                        .hasStackTraceContaining("NOT_AUTHORIZED"));
        assertThat(next.id).isEqualTo("dev-a");
      }
    }
    assertThat(
            operator.get("/events?limit=1000").json().getJsonArray("items").stream()
                .map(event -> ((JsonObject) event).getString("type"))
                .filter("io.flotilla.device.renewed"::equals))
        .hasSize(1);
  }

  private static void aProvisionedDeviceConnectsWithoutAClaim(TestOperator operator) {
    KeyPair key = TestDevice.newKey();
    JsonObject grant = provision(operator, "dev-b", key);
    try (TestDevice device = new TestDevice("dev-b", key, any -> grant)) {
      awaitOnline(operator, device.id);
    }
    TestOperator.Answer other =
        operator.post(
            "/provisionings",
            new JsonObject()
                .put("deviceId", "dev-b")
                .put("csr", TestDevice.csr(TestDevice.newKey())));
    assertThat(other.status()).isEqualTo(409);
  }

  private static void aDecommissionedDeviceIsOutOfTheFleetUntilItIsEnrolledAgain(
      TestOperator operator) {
    operator.post("/devices/dev-b/decommission?reason=scrapped");
    assertThat(ids(operator, "/devices")).doesNotContain("dev-b");
    assertThat(ids(operator, "/devices?decommissioned=true")).isEqualTo("[dev-b]");
    JsonObject shown = operator.get("/devices/dev-b").json();
    assertThat(shown.getBoolean("revoked")).isTrue();
    assertThat(shown.getLong("decommissionedAtMs")).isPositive();
    KeyPair key = TestDevice.newKey();
    JsonObject grant = provision(operator, "dev-b", key);
    try (TestDevice device = new TestDevice("dev-b", key, any -> grant)) {
      awaitOnline(operator, device.id);
    }
    assertThat(ids(operator, "/devices")).contains("dev-b");
  }

  private static JsonObject provision(TestOperator operator, String id, KeyPair key) {
    TestOperator.Answer answer =
        operator.post(
            "/provisionings", new JsonObject().put("deviceId", id).put("csr", TestDevice.csr(key)));
    assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
    return answer.json();
  }

  private static String ids(TestOperator operator, String path) {
    return operator.get(path).json().getJsonArray("items").stream()
        .map(item -> ((JsonObject) item).getString("id"))
        .toList()
        .toString();
  }

  private static void awaitOnline(TestOperator operator, String id) {
    await()
        .atMost(PATIENCE)
        .until(() -> operator.get("/devices/" + id).json().getBoolean("online"));
  }
}
