package io.flotilla.controller.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.flotilla.controller.core.StoredRecords;
import io.flotilla.controller.device.TestFleet;
import io.flotilla.controller.event.FleetEvent;
import io.flotilla.controller.http.TestApi;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhooksTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final WebhookPolicy HASTY =
      new WebhookPolicy(3, Duration.ofMillis(5), Duration.ofMillis(20), Duration.ofSeconds(2));

  @TempDir Path folder;
  private TestFleet fleet;
  private Webhooks webhooks;
  private TestApi api;
  private TestReceiver receiver;

  @BeforeEach
  void start() throws Exception {
    receiver = new TestReceiver();
    fleet = new TestFleet(folder.resolve("store"), Clock.systemUTC());
    webhooks = webhooks();
    api = new TestApi(folder, new WebhookRoutes(fleet.state(), webhooks, Clock.systemUTC()));
  }

  @AfterEach
  void stop() {
    webhooks.close();
    api.close();
    fleet.close();
    receiver.close();
  }

  private Webhooks webhooks() {
    return new Webhooks(
        fleet.state(),
        new StoredRecords(fleet.store),
        new WebhookSecrets(new byte[WebhookSecrets.KEY_BYTES]),
        HASTY,
        new Webhooks.Source("urn:flotilla:test", Clock.systemUTC(), Optional.empty()));
  }

  private HttpResponse<String> save(String name, String url, String... types) {
    return api.call(
        "PUT",
        "/webhooks/" + name,
        new JsonObject().put("url", url).put("types", List.of(types)).encode());
  }

  private void happen(String what, int times) {
    for (int i = 0; i < times; i++) {
      String subject = "rollout/" + i;
      fleet.decide(
          tx -> {
            fleet.events.append(tx, new FleetEvent("io.flotilla." + what, subject, Map.of()));
            return subject;
          });
    }
  }

  private List<Map<String, Object>> letters(String name) {
    return items(api.get("/webhooks/" + name + "/dead-letters"));
  }

  @SuppressWarnings("unchecked") // the form of a page
  private static List<Map<String, Object>> items(HttpResponse<String> page) {
    return (List<Map<String, Object>>) TestApi.map(page).getOrDefault("items", List.of());
  }

  @Test
  void whatHappensFromNowOnArrivesInOrderAndSigned() throws Exception {
    happen("rollout.created", 2);
    String secret = String.valueOf(TestApi.map(save("chat", receiver.url())).get("secret"));
    happen("rollout.completed", 20);

    await().atMost(PATIENCE).until(() -> receiver.taken().size() == 20);
    List<TestReceiver.Post> posts = receiver.taken();
    for (int i = 0; i < posts.size(); i++) {
      JsonObject event = new JsonObject(posts.get(i).body());
      assertThat(event.getString("specversion")).isEqualTo("1.0");
      assertThat(event.getString("type")).isEqualTo("io.flotilla.rollout.completed");
      assertThat(event.getString("subject")).isEqualTo("rollout/" + i);
      assertThat(posts.get(i).header("webhook-id"))
          .isEqualTo(event.getString("source") + ":" + event.getString("id"));
      assertThat(posts.get(i).header("webhook-signature"))
          .isEqualTo(signature(secret, posts.get(i)));
    }
    assertThat(TestApi.map(api.get("/webhooks/chat")))
        .doesNotContainKey("secret")
        .containsEntry("lastFailure", "");
  }

  private static String signature(String secret, TestReceiver.Post post)
      throws GeneralSecurityException {
    String signed =
        post.header("webhook-id") + "." + post.header("webhook-timestamp") + "." + post.body();
    Mac mac = Mac.getInstance("HmacSHA256");
    byte[] key = Base64.getDecoder().decode(secret.substring("whsec_".length()));
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return "v1,"
        + Base64.getEncoder().encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void onlyTheWantedTypesArriveAndNoneOfWebhooksThemselves() {
    save("chat", receiver.url(), "io.flotilla.rollout", "io.flotilla.webhook");
    save("other", receiver.url(), "io.flotilla.none");
    happen("rolloutlike.made", 1);
    happen("device.lost", 1);
    happen("rollout.halted", 1);

    await().atMost(PATIENCE).until(() -> !receiver.taken().isEmpty());
    await().atMost(PATIENCE).until(() -> webhooks.through("other") == fleet.events.last());
    assertThat(receiver.taken())
        .extracting(post -> new JsonObject(post.body()).getString("type"))
        .containsExactly("io.flotilla.rollout.halted");
  }

  @Test
  void aFailureIsRepeatedUnderTheSameIdUntilItIsTaken() {
    save("chat", receiver.url());
    receiver.answer(500, 302);
    happen("rollout.completed", 2);

    await().atMost(PATIENCE).until(() -> receiver.taken().size() == 2);
    assertThat(receiver.all()).hasSize(4);
    assertThat(receiver.all().subList(0, 3))
        .extracting(post -> post.header("webhook-id"))
        .containsOnly(receiver.all().getFirst().header("webhook-id"));
    assertThat(letters("chat")).isEmpty();
  }

  @Test
  void whatIsGivenUpIsADeadLetterThatCanBeReplayed() {
    save("chat", receiver.url());
    receiver.answer(500, 500, 500);
    happen("rollout.completed", 2);
    await().atMost(PATIENCE).until(() -> receiver.taken().size() == 1);
    await().atMost(PATIENCE).until(() -> letters("chat").size() == 1);

    assertThat(letters("chat").getFirst())
        .containsEntry("attempts", 3)
        .containsEntry("subject", "rollout/0")
        .containsEntry("failure", "it answered 500");
    assertThat(fleet.eventTypes()).contains("io.flotilla.webhook.undelivered");
    assertThat(api.call("POST", "/webhooks/chat/replay", "").statusCode()).isEqualTo(202);
    await().atMost(PATIENCE).until(() -> receiver.taken().size() == 2);
    await().atMost(PATIENCE).until(() -> letters("chat").isEmpty());
    assertThat(new JsonObject(receiver.taken().getLast().body()).getString("subject"))
        .isEqualTo("rollout/0");
  }

  @Test
  void oneThatNeverAnswersHoldsUpNoOther() {
    receiver.hang();
    save("deaf", receiver.url());
    try (TestReceiver other = new TestReceiver()) {
      save("chat", other.url());
      happen("rollout.completed", 50);

      await().atMost(PATIENCE).until(() -> other.taken().size() == 50);
      await().atMost(PATIENCE).until(() -> !letters("deaf").isEmpty());
      assertThat(letters("deaf").getFirst().get("failure"))
          .isEqualTo("it did not answer within 2000 ms");
    }
  }

  @Test
  void aRestartLosesNothingAndGoesOnWhereItWas() {
    save("chat", receiver.url());
    happen("rollout.completed", 3);
    await().atMost(PATIENCE).until(() -> receiver.taken().size() == 3);
    webhooks.close();
    happen("rollout.halted", 3);
    long before = fleet.events.last();

    webhooks = webhooks();
    webhooks.start();

    await().atMost(PATIENCE).until(() -> webhooks.through("chat") == before);
    assertThat(
            receiver.taken().stream()
                .map(post -> new JsonObject(post.body()).getString("id"))
                .distinct())
        .hasSize(6);
  }

  @Test
  void deletingAWebhookEndsItAndANewOneHasAnotherSecret() {
    String secret = String.valueOf(TestApi.map(save("chat", receiver.url())).get("secret"));
    assertThat(TestApi.map(save("chat", receiver.url()))).doesNotContainKey("secret");
    assertThat(api.call("DELETE", "/webhooks/chat", "").statusCode()).isEqualTo(204);
    happen("rollout.completed", 1);

    assertThat(api.get("/webhooks/chat").statusCode()).isEqualTo(404);
    assertThat(TestApi.map(save("chat", receiver.url())).get("secret")).isNotEqualTo(secret);
    happen("rollout.halted", 1);
    await().atMost(PATIENCE).until(() -> receiver.taken().size() == 1);
    assertThat(receiver.taken().getFirst().body()).contains("rollout.halted");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://example.org/x",
        "ftp://127.0.0.1/x",
        "https://user:secret@example.org/",
        "https://example.org/#part",
        "https://",
        "/x",
        "not a url",
        "http://127.0.0.1.example.org/"
      })
  void urlsThatAreNotSafeAreRefused(String url) {
    assertThat(TestApi.map(save("chat", url))).containsEntry("code", "INPUT_INVALID");
    assertThat(items(api.get("/webhooks"))).isEmpty();
  }

  @Test
  void namesAndTypesAreChecked() {
    assertThat(TestApi.map(save("Chat", "https://example.org/")))
        .containsEntry("code", "NAME_INVALID");
    for (String type : Arrays.asList("*", "io.flotilla", "com.example.x", "io.flotilla.A")) {
      assertThat(TestApi.map(save("chat", "https://example.org/", type)))
          .as(type)
          .containsEntry("code", "INPUT_INVALID");
    }
  }
}
