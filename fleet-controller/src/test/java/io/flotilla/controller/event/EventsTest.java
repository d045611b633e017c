package io.flotilla.controller.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.device.TestFleet;
import io.flotilla.controller.http.TestApi;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class EventsTest {
  private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

  @TempDir Path folder;
  private TestFleet fleet;
  private TestApi api;

  @BeforeEach
  void start() {
    fleet = new TestFleet(folder.resolve("store"), Clock.fixed(NOW, ZoneOffset.UTC));
    api = new TestApi(folder, new EventRoutes(fleet.events, "urn:flotilla:default"));
  }

  @AfterEach
  void stop() {
    api.close();
    fleet.close();
  }

  private CompletionStage<Boolean> append(int count) {
    List<FleetEvent> events =
        LongStream.range(0, count)
            .mapToObj(
                i -> new FleetEvent("io.flotilla.device.event", "device/cam-1", Map.of("n", i)))
            .toList();
    return fleet.core.submit(
        tx -> {
          fleet.events.append(tx, events);
          return true;
        });
  }

  private void appended(int count) {
    append(count).toCompletableFuture().join();
  }

  @Test
  void numbersIncreaseStrictlyOverDecisionsAndRestarts() {
    List<CompletionStage<Boolean>> all = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      all.add(append(3));
    }
    all.forEach(stage -> stage.toCompletableFuture().join());
    api.close();
    fleet.close();
    fleet = new TestFleet(folder.resolve("store"), Clock.fixed(NOW, ZoneOffset.UTC));
    api = new TestApi(folder, new EventRoutes(fleet.events, "urn:flotilla:default"));
    appended(2);

    assertThat(fleet.events.page(0, EventLog.MAX_PAGE))
        .extracting(LoggedEvent::id)
        .containsExactlyElementsOf(LongStream.rangeClosed(1, 152).boxed().toList());
    assertThat(fleet.events.last()).isEqualTo(152);
  }

  @Test
  void anEventOfARefusedDecisionNeverHappened() {
    assertThatThrownBy(
            () ->
                fleet.decide(
                    tx -> {
                      fleet.events.append(
                          tx, new FleetEvent("io.flotilla.run.started", "run/1", Map.of()));
                      throw new FlotillaException(ErrorCode.CONFLICT, "no");
                    }))
        .hasCauseInstanceOf(FlotillaException.class);
    appended(1);

    assertThat(fleet.eventTypes()).containsExactly("io.flotilla.device.event");
  }

  @Test
  void isACloudEvent() {
    appended(1);

    assertThat(api.get("/events").body())
        .isEqualTo(
            "{\"items\":[{\"data\":{\"n\":0},\"datacontenttype\":\"application/json\",\"id\":\"1\","
                + "\"source\":\"urn:flotilla:default\",\"specversion\":\"1.0\","
                + "\"subject\":\"device/cam-1\",\"time\":\"2026-06-01T12:00:00Z\","
                + "\"type\":\"io.flotilla.device.event\"}],\"next\":null}");
  }

  @Test
  void pagesGoOnWhereTheLastOneEnded() {
    appended(5);
    Map<String, Object> first = TestApi.map(api.get("/events?limit=3"));
    Map<String, Object> second = TestApi.map(api.get("/events?limit=3&after=" + first.get("next")));

    assertThat(first).containsEntry("next", "3");
    assertThat((List<?>) second.get("items")).hasSize(2);
    assertThat(second).containsEntry("next", null);
    assertThat(api.get("/events?after=x").statusCode()).isEqualTo(400);
  }

  @Test
  void aTypeOutsideTheNamespaceIsABug() {
    for (String type : List.of("", "device.enrolled", "io.flotilla.", "io.flotilla.x")) {
      assertThatThrownBy(() -> new FleetEvent(type, "x", Map.of()))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aStreamTellsWhatWasAndWhatComes() throws IOException {
    appended(250);
    try (BufferedReader stream = stream("/events", "")) {
      assertThat(ids(stream, 250))
          .containsExactlyElementsOf(LongStream.rangeClosed(1, 250).boxed().toList());
      appended(3);
      assertThat(ids(stream, 3)).containsExactly(251L, 252L, 253L);
      appended(1);
      assertThat(ids(stream, 1)).containsExactly(254L);
    }
  }

  @Test
  void aReconnectingClientMissesAndRepeatsNothing() throws IOException {
    appended(10);
    try (BufferedReader stream = stream("/events?after=2", "7")) {
      assertThat(ids(stream, 3)).containsExactly(8L, 9L, 10L);
    }
    try (BufferedReader stream = stream("/events?after=8", "")) {
      assertThat(ids(stream, 2)).containsExactly(9L, 10L);
    }
  }

  @Test
  void aSlowClientGetsEverythingInTheEnd() throws IOException {
    appended(1);
    try (BufferedReader stream = stream("/events", "")) {
      for (int i = 0; i < 40; i++) {
        appended(500); // several MB, far more than the connection's buffers take
      }
      List<Long> ids = ids(stream, 20_001);
      assertThat(ids).isSorted().doesNotHaveDuplicates().last().isEqualTo(20_001L);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "-1", "1.5", "99999999999999999999"})
  void anIdThatIsNoneIsRefused(String lastEventId) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        api.send(
            api.request("/events")
                .header("Accept", "text/event-stream")
                .header("Last-Event-ID", lastEventId));

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(TestApi.code(answer)).isEqualTo("INPUT_INVALID");
  }

  @Test
  void streamsAreLimitedAndGivenBack() throws IOException {
    List<BufferedReader> open = new ArrayList<>();
    for (int i = 0; i < EventRoutes.MAX_STREAMS; i++) {
      open.add(stream("/events", ""));
    }
    assertThat(status()).isEqualTo(503);
    for (BufferedReader stream : open) {
      stream.close();
    }

    await().until(() -> status() == 200);
  }

  private int status() throws IOException {
    HttpResponse<InputStream> answer = open("/events", "");
    answer.body().close();
    return answer.statusCode();
  }

  private BufferedReader stream(String path, String lastEventId) throws IOException {
    HttpResponse<InputStream> answer = open(path, lastEventId);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type")).contains("text/event-stream");
    return new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
  }

  private HttpResponse<InputStream> open(String path, String lastEventId) throws IOException {
    var request = api.request(path).header("Accept", "text/event-stream");
    if (!lastEventId.isEmpty()) {
      request.header("Last-Event-ID", lastEventId);
    }
    try {
      return api.client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static List<Long> ids(BufferedReader stream, int count) throws IOException {
    List<Long> ids = new ArrayList<>();
    while (ids.size() < count) {
      String line = stream.readLine();
      assertThat(line).as("the stream goes on").isNotNull();
      if (line.startsWith("id: ")) {
        ids.add(Long.parseLong(line.substring(4)));
      }
    }
    return ids;
  }
}
