package io.flotilla.controller.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.controller.fleet.TestPublisher;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What callers of each role may do, through a controller as it runs. */
class OperatorRolesTest {
  @TempDir static Path folder;
  private static Controller controller;
  private static TestOperator admin;

  @BeforeAll
  static void start() {
    TestPublisher publisher = new TestPublisher(folder);
    controller =
        Controller.start(ControllerConfig.local(folder.resolve("data"), publisher.trust()));
    admin = new TestOperator(controller.operatorFile());
  }

  @AfterAll
  static void stop() {
    admin.close();
    controller.close();
  }

  private static TestOperator with(String name, JsonObject grant) {
    admin.put("/operators/" + name, new JsonObject().put("grants", JsonArray.of(grant)));
    String token =
        admin.post("/operators/" + name + "/tokens", new JsonObject()).json().getString("token");
    return admin.as(token);
  }

  private static JsonObject role(String role) {
    return new JsonObject().put("role", role);
  }

  @Test
  void aViewerLooksAndTouchesNothing() {
    TestOperator viewer = with("vera", role("viewer"));

    assertThat(viewer.get("/devices").status()).isEqualTo(200);
    assertThat(viewer.get("/audit").status()).isEqualTo(200);
    for (String path : List.of("/claims", "/rollouts", "/runs", "/labels", "/blobs/collect")) {
      assertThat(viewer.post(path, new JsonObject()).json().getString("code"))
          .as(path)
          .isEqualTo("FORBIDDEN");
    }
    assertThat(viewer.get("/operators").status()).isEqualTo(403);
    assertThat(viewer.get("/backup").status()).isEqualTo(403);
  }

  @Test
  void aPublisherOfSomeModelsCannotTouchOthers() {
    TestOperator publisher = with("paul", role("publisher").put("models", "vision-*"));
    JsonObject patch = new JsonObject().put("description", "x");

    assertThat(publisher.patch("/models/digits", patch).json().getString("code"))
        .isEqualTo("FORBIDDEN");
    assertThat(publisher.patch("/models/vision-cats", patch).json().getString("code"))
        .isEqualTo("MODEL_NOT_FOUND");
    assertThat(publisher.delete("/models/digits/versions/1").json().getString("code"))
        .isEqualTo("FORBIDDEN");
  }

  @Test
  void anOperatorOfSomeModelsCannotRollOutOrRetrainOthers() {
    TestOperator operator = with("mona", role("operator").put("models", "vision-*"));
    TestOperator publisher = with("mats", role("publisher").put("models", "vision-*"));
    JsonObject rollout =
        new JsonObject()
            .put("version", 1)
            .put("selector", "*")
            .put("waves", JsonArray.of(new JsonObject().put("percent", 100)));
    JsonObject run = new JsonObject().put("pipeline", "x").put("inputs", new JsonObject());

    assertThat(code(operator.post("/rollouts", rollout.copy().put("model", "digits"))))
        .isEqualTo("FORBIDDEN");
    assertThat(code(operator.post("/rollouts", rollout.copy().put("model", "vision-cats"))))
        .isEqualTo("SELECTOR_EMPTY");
    assertThat(code(publisher.post("/runs", run.copy().put("model", "digits"))))
        .isEqualTo("FORBIDDEN");
    assertThat(code(publisher.post("/runs", run.copy().put("model", "vision-cats"))))
        .isNotEqualTo("FORBIDDEN");
  }

  @Test
  void anOperatorOfOneSiteTouchesNoDeviceOfAnother() {
    TestOperator lyon = with("lea", role("operator").put("devices", "site=lyon"));
    try (TestDevice _ = enrolled("cam-lyon", "lyon");
        TestDevice _ = enrolled("cam-oslo", "oslo")) {
      assertThat(code(lyon.post("/claims", claim("oslo")))).isEqualTo("FORBIDDEN");
      assertThat(lyon.post("/claims", claim("lyon")).status()).isEqualTo(201);
      assertThat(code(lyon.post("/claims", new JsonObject()))).isEqualTo("FORBIDDEN");

      JsonObject toLyon = new JsonObject().put("set", new JsonObject().put("site", "lyon"));
      JsonObject toOslo = new JsonObject().put("set", new JsonObject().put("site", "oslo"));
      assertThat(code(lyon.patch("/devices/cam-oslo/labels", toLyon))).isEqualTo("FORBIDDEN");
      assertThat(code(lyon.patch("/devices/cam-lyon/labels", toOslo))).isEqualTo("FORBIDDEN");
      assertThat(code(lyon.post("/devices/cam-oslo/revoke"))).isEqualTo("FORBIDDEN");
      assertThat(admin.get("/devices/cam-oslo").json().getBoolean("revoked")).isFalse();

      JsonObject rollout =
          new JsonObject()
              .put("model", "digits")
              .put("version", 1)
              .put("waves", JsonArray.of(new JsonObject().put("percent", 100)));
      assertThat(code(lyon.post("/rollouts", rollout.copy().put("selector", "*"))))
          .isEqualTo("FORBIDDEN");
      assertThat(code(lyon.post("/rollouts", rollout.copy().put("selector", "site=lyon"))))
          .isEqualTo("VERSION_NOT_FOUND");
      assertThat(lyon.post("/devices/cam-lyon/revoke").status()).isEqualTo(200);
    }
  }

  @Test
  void aGrantByWhatDevicesSayOfThemselvesIsRefused() {
    JsonObject grants =
        new JsonObject().put("grants", JsonArray.of(role("operator").put("devices", "gpu!=none")));

    assertThat(code(admin.put("/operators/gina", grants))).isEqualTo("SELECTOR_INVALID");
  }

  private static TestDevice enrolled(String id, String site) {
    String claim = admin.post("/claims", claim(site)).json().getJsonArray("claims").getString(0);
    return new TestDevice(id, admin, claim);
  }

  private static JsonObject claim(String site) {
    return new JsonObject().put("labels", new JsonObject().put("site", site));
  }

  private static String code(TestOperator.Answer answer) {
    return answer.json().getString("code");
  }

  @Test
  void theAuditNamesWhoActedAndFromWhere() {
    TestOperator operator = with("olga", role("operator"));
    operator.post("/claims", new JsonObject().put("count", 1).put("ttlSeconds", 60));

    JsonObject entry = admin.get("/audit?actor=olga").json().getJsonArray("items").getJsonObject(0);
    assertThat(entry.getString("actor")).isEqualTo("olga");
    assertThat(entry.getJsonObject("details").getString("from")).isEqualTo("127.0.0.1");
  }

  @Test
  void aRevokedTokenIsRefusedAtOnce() {
    TestOperator viewer = with("rita", role("viewer"));
    assertThat(viewer.get("/whoami").json().getString("name")).isEqualTo("rita");
    String id =
        admin.get("/operators/rita").json().getJsonArray("tokens").getJsonObject(0).getString("id");
    admin.delete("/operators/rita/tokens/" + id);

    assertThat(viewer.get("/whoami").status()).isEqualTo(401);
  }

  @Test
  void anAddressThatGuessesTokensIsToldToWaitWhileValidTokensGoOn() {
    TestOperator guesser = admin.as("flt_0123456789abcdef_" + "A".repeat(43));
    int status = 401;
    for (int i = 0; i < 200 && status == 401; i++) {
      status = guesser.get("/whoami").status();
    }

    assertThat(status).isEqualTo(429);
    assertThat(admin.get("/whoami").status()).isEqualTo(200);
  }
}
