package io.flotilla.controller.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.controller.core.StoredRecords;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.controller.device.TestFleet;
import io.flotilla.controller.event.FleetEvent;
import io.flotilla.controller.event.LoggedEvent;
import io.flotilla.controller.http.TestApi;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AlertsTest {
  @TempDir Path folder;
  private final Hands clock = new Hands();
  private TestFleet fleet;
  private Alerts alerts;
  private TestApi api;

  /** A clock that the test sets. */
  private static final class Hands extends Clock {
    private Instant now = Instant.ofEpochSecond(2_000_000_000);

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    void pass(long seconds) {
      now = now.plus(Duration.ofSeconds(seconds));
    }
  }

  @BeforeEach
  void start() throws Exception {
    fleet = new TestFleet(folder.resolve("store"), clock);
    alerts = alerts();
    api = new TestApi(folder, new AlertRoutes(fleet.state(), alerts, clock));
    device("a", "lyon", true);
    device("b", "lyon", true);
    device("c", "paris", true);
  }

  private Alerts alerts() {
    return new Alerts(fleet.state(), new StoredRecords(fleet.store), clock);
  }

  @AfterEach
  void stop() {
    alerts.close();
    api.close();
    fleet.close();
  }

  private void device(String id, String site, boolean online) {
    fleet.decide(
        tx -> {
          fleet.devices.put(
              tx,
              DeviceRecord.enrolled(
                      id, Map.of("site", site), DeviceRecord.Identity.of(1, "1", "00"))
                  .withPresence(
                      new DeviceRecord.Presence(online, clock.millis(), Optional.empty())));
          return id;
        });
  }

  private JsonObject offline() {
    return new JsonObject().put("kind", "offline").put("seconds", 60);
  }

  private int save(String name, JsonObject rule) {
    return api.call("PUT", "/alert-rules/" + name, rule.encode()).statusCode();
  }

  private void look(long afterSeconds) {
    clock.pass(afterSeconds);
    alerts.look();
  }

  private List<LoggedEvent> told() {
    return fleet.events.page(0, 1000).stream()
        .filter(event -> event.type().matches("io.flotilla.alert.(firing|resolved)"))
        .toList();
  }

  @Test
  void devicesThatAreAwayForLongAreToldBySiteAndOnceAndNotForgottenByARestart() {
    assertThat(
            save(
                "away",
                new JsonObject()
                    .put("condition", offline())
                    .put("forSeconds", 30)
                    .put("groupBy", "site")
                    .put("severity", "critical")
                    .put("runbook", "call the site")))
        .isEqualTo(200);
    look(5);
    device("a", "lyon", false);
    device("b", "lyon", false);
    look(59);
    assertThat(api.get("/alerts").body()).contains("\"items\":[]");
    look(5);
    assertThat(api.get("/alerts").body()).contains("pending", "lyon").doesNotContain("paris");
    alerts.close();
    alerts = alerts();
    look(20);
    assertThat(told()).isEmpty();
    look(20);
    look(20);
    assertThat(told())
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.subject()).isEqualTo("alert/away");
              assertThat(event.data())
                  .containsEntry("group", "lyon")
                  .containsEntry("severity", "critical")
                  .containsEntry("runbook", "call the site")
                  .containsEntry("subjects", List.of("device/a", "device/b"));
            });
    device("a", "lyon", true);
    look(5);
    assertThat(told()).hasSize(1);
    device("b", "lyon", true);
    look(5);
    assertThat(told()).extracting(LoggedEvent::type).last().isEqualTo("io.flotilla.alert.resolved");
  }

  @Test
  void aShareOfDevicesAndASilence() {
    assertThat(
            save(
                "many",
                new JsonObject()
                    .put("condition", offline().put("share", .5).put("selector", "site=lyon"))))
        .isEqualTo(200);
    String silence =
        new JsonObject(
                api.call(
                        "POST",
                        "/silences",
                        "{\"rule\":\"many\",\"seconds\":600,\"reason\":\"works\"}")
                    .body())
            .getString("id");
    device("a", "lyon", false);
    device("c", "paris", false);
    look(61);
    assertThat(told()).isEmpty();
    assertThat(api.get("/alerts").body()).contains("firing");
    assertThat(api.call("DELETE", "/silences/" + silence, "").statusCode()).isEqualTo(204);
    look(5);
    assertThat(told()).hasSize(1);
    assertThat(api.call("DELETE", "/alert-rules/many", "").statusCode()).isEqualTo(204);
    look(5);
    assertThat(told()).hasSize(1);
    assertThat(api.get("/alerts").body()).contains("\"items\":[]");
  }

  @Test
  void eventsAreCountedWithinTheirTimeThoseBeforeTheStartIncluded() {
    JsonObject condition =
        new JsonObject()
            .put("kind", "event")
            .put("type", "io.flotilla.device.rolledback")
            .put("seconds", 120)
            .put("count", 2);
    assertThat(save("back", new JsonObject().put("condition", condition))).isEqualTo(200);
    happen("io.flotilla.device.rolledback", "device/a");
    happen("io.flotilla.device.activated", "device/a");
    look(60);
    assertThat(told()).isEmpty();
    alerts.close();
    alerts = alerts();
    happen("io.flotilla.device.rolledback", "device/b");
    look(5);
    assertThat(told()).hasSize(1);
    look(60);
    assertThat(told()).extracting(LoggedEvent::type).last().isEqualTo("io.flotilla.alert.resolved");
  }

  private void happen(String type, String subject) {
    fleet.decide(
        tx -> {
          fleet.events.append(tx, new FleetEvent(type, subject, Map.of()));
          return type;
        });
  }

  @Test
  void nonsenseIsRefused() {
    for (String condition :
        List.of(
            "{\"kind\":\"offline\"}",
            "{\"kind\":\"offline\",\"seconds\":0}",
            "{\"kind\":\"drifting\",\"seconds\":5}",
            "{\"kind\":\"drifting\",\"count\":0}",
            "{\"kind\":\"drifting\",\"share\":1.5}",
            "{\"kind\":\"drifting\",\"share\":0.5,\"count\":1}",
            "{\"kind\":\"drifting\",\"selector\":\"==\"}",
            "{\"kind\":\"event\",\"seconds\":5}",
            "{\"kind\":\"event\",\"seconds\":5,\"type\":\"x\"}",
            "{\"kind\":\"event\",\"seconds\":5,\"type\":\"io.flotilla.alert.firing\"}",
            "{\"kind\":\"strange\"}")) {
      assertThat(save("bad", new JsonObject().put("condition", new JsonObject(condition))))
          .as(condition)
          .isEqualTo(400);
    }
    JsonObject good = new JsonObject().put("condition", offline());
    assertThat(save("bad", good.copy().put("forSeconds", -1))).isEqualTo(400);
    assertThat(save("bad", good.copy().put("repeatSeconds", 1))).isEqualTo(400);
    assertThat(save("bad", good.copy().put("severity", "loud"))).isEqualTo(400);
    assertThat(api.call("POST", "/silences", "{\"seconds\":0}").statusCode()).isEqualTo(400);
    assertThat(api.call("DELETE", "/silences/none", "").statusCode()).isEqualTo(404);
    assertThat(api.call("DELETE", "/alert-rules/none", "").statusCode()).isEqualTo(404);
    assertThat(alerts.rules()).isEmpty();
  }
}
