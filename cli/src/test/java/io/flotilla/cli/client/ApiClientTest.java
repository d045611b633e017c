package io.flotilla.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.testing.FakeController;
import io.flotilla.cli.testing.FakeController.Answer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApiClientTest {
  @TempDir private Path folder;
  private FakeController controller;
  private ApiClient client;

  @BeforeEach
  void start() throws Exception {
    controller = new FakeController(folder);
    client = new ApiClient(controller.context());
  }

  @AfterEach
  void stop() {
    client.close();
    controller.close();
  }

  @Test
  void readsADocument() {
    controller.on("GET /api/v1/devices/cam-1", "{\"id\":\"cam-1\"}");

    assertThat(client.get("/devices/cam-1").text("id")).isEqualTo("cam-1");
    assertThat(controller.last().headers().get("Authorization"))
        .containsExactly("Bearer " + FakeController.TOKEN);
  }

  @Test
  void followsTheCursorsOfAList() {
    controller.on("GET /api/v1/devices?selector=a%3Db", "{\"items\":[1,2],\"next\":\"x y\"}");
    controller.on(
        "GET /api/v1/devices?selector=a%3Db&after=x%20y", "{\"items\":[3],\"next\":null}");

    assertThat(client.list(ApiPath.of("devices").query("selector", "a=b")))
        .extracting(Json::asInt)
        .containsExactly(1, 2, 3);
  }

  @Test
  void sendsDocumentsAndReadsAnswersWithoutBody() {
    controller.on("POST /api/v1/rollouts/1/pause", "{}");
    controller.on("PATCH /api/v1/devices/a/labels", "{}");
    controller.on("DELETE /api/v1/models/m/versions/1", new Answer(204, "text/plain", ""));

    client.post("/rollouts/1/pause", Json.object().put("why", "rain"));
    assertThat(controller.last().body()).isEqualTo("{\"why\":\"rain\"}");
    client.patch("/devices/a/labels", Json.object());
    assertThat(client.delete("/models/m/versions/1").isPresent()).isFalse();
  }

  @Test
  void uploadsAndDownloadsFiles() throws Exception {
    Path file = Files.writeString(folder.resolve("up.csv"), "a,b\n1,2\n");
    controller.on("POST /api/v1/datasets/d", "{\"version\":1}");
    controller.on(
        "GET /api/v1/runs/1/bundle", new Answer(200, "application/octet-stream", "\7\10"));

    client.upload("/datasets/d", "text/csv", file);
    assertThat(controller.last().body()).isEqualTo("a,b\n1,2\n");
    assertThat(controller.last().headers().get("Content-type")).containsExactly("text/csv");

    Path down = client.download("/runs/1/bundle", folder.resolve("down.tar"));
    assertThat(down).hasBinaryContent(new byte[] {7, 8});
  }

  @Test
  void leavesNoFileBehindADownloadThatFails() {
    assertFails(() -> client.download("/runs/1/bundle", folder.resolve("x")), ErrorCode.NOT_FOUND);
    assertThat(folder.toFile().list()).noneMatch(n -> n.equals("x") || n.startsWith(".download"));
  }

  @Test
  void turnsAProblemIntoItsCodeAndSentence() {
    controller.on("GET /api/v1/a", Answer.problem(404, "MODEL_NOT_FOUND", "no model is named m"));
    controller.on("GET /api/v1/b", Answer.problem(500, "FROM_THE_FUTURE", "who knows"));
    controller.on("GET /api/v1/c", new Answer(503, "text/html", "<html>"));

    assertThatThrownBy(() -> client.get("/a")).hasMessage("no model is named m");
    assertFails(() -> client.get("/a"), ErrorCode.MODEL_NOT_FOUND);
    assertThatThrownBy(() -> client.get("/b")).hasMessageContaining("FROM_THE_FUTURE: who knows");
    assertFails(() -> client.get("/c"), ErrorCode.INTERNAL);
  }

  @Test
  void aControllerThatIsNotThereIsUnreachable() {
    controller.close();

    assertFails(() -> client.get("/devices"), ErrorCode.CONTROLLER_UNREACHABLE);
  }

  @Test
  void aControllerOfAnotherAuthorityIsUntrusted(@TempDir Path other) throws Exception {
    try (FakeController stranger = FakeController.ofAnotherAuthority(other);
        ApiClient misled =
            new ApiClient(
                new OperatorContext(
                    stranger.url(), FakeController.TOKEN, folder.resolve("ca.pem")))) {
      assertFails(() -> misled.get("/devices"), ErrorCode.CONTROLLER_UNTRUSTED);
      assertThat(stranger.requests()).isEmpty();
    }
  }

  @Test
  void aNameOtherThanTheCertificatesIsUntrusted() {
    OperatorContext context = controller.context();
    URI byName = URI.create(context.url().toString().replace("127.0.0.1", "localhost"));
    try (ApiClient misled =
        new ApiClient(new OperatorContext(byName, context.token(), context.ca()))) {
      assertFails(() -> misled.get("/devices"), ErrorCode.CONTROLLER_UNTRUSTED);
    }
  }

  @Test
  void aWrongTokenIsUnauthenticated() {
    OperatorContext context = controller.context();
    try (ApiClient wrong = new ApiClient(new OperatorContext(context.url(), "x", context.ca()))) {
      assertFails(() -> wrong.get("/devices"), ErrorCode.UNAUTHENTICATED);
    }
  }

  @Test
  void readsEventsUntilTheHandlerHasEnough() {
    controller.on(
        "GET /api/v1/events",
        new Answer(
            200,
            "text/event-stream",
            ": hello\n\nid: 7\nevent: x\ndata: {\"id\":\"7\",\ndata: \"type\":\"a\"}\n\nid: 8\ndata: {}\n\n"));
    List<ServerEvent> seen = new ArrayList<>();

    Optional<String> last =
        client.events(
            Optional.of("6"),
            event -> {
              seen.add(event);
              return false;
            });

    assertThat(seen).extracting(ServerEvent::id).containsExactly("7");
    assertThat(seen.getFirst().data().text("type")).isEqualTo("a");
    assertThat(last).contains("7");
    assertThat(controller.last().headers().get("Last-event-id")).containsExactly("6");
    assertThat(client.events(Optional.empty(), event -> true)).contains("8");
  }

  @Test
  void namesFromUsersCannotReachAnotherCall() {
    assertThat(ApiPath.of("devices", "../claims?x=1#y").toString())
        .isEqualTo("/devices/..%2Fclaims%3Fx%3D1%23y");
    assertThat(ApiPath.of("devices", "..").toString()).isEqualTo("/devices/%2E%2E");
  }

  @Test
  void theTokenIsNotPrinted() {
    assertThat(controller.context().toString()).doesNotContain(FakeController.TOKEN);
  }

  private static void assertFails(ThrowingCallable call, ErrorCode code) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(FlotillaException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
