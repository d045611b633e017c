package io.flotilla.cli.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.cli.testing.FakeController;
import io.flotilla.cli.testing.Ran;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObserveCommandsTest {
  private static final String EVENTS =
      """
      [{"id":"1","type":"io.flotilla.device.online","subject":"a","time":"t1","data":{}},
       {"id":"2","type":"io.flotilla.drift.raised","subject":"a","time":"t2","data":{"x":1}}]
      """;

  @TempDir private Path folder;
  @AutoClose private FakeController controller;

  @BeforeEach
  void start() throws Exception {
    controller = new FakeController(folder);
  }

  @Test
  void showsDrift() {
    controller.on(
        "GET /api/v1/drift/digits",
        """
        {"model":"digits","devices":[{"device":"sim-003","version":1,"windows":4,"flagged":true,
          "sinceWindow":2,"deviation":0.61234,"threshold":0.3,
          "features":[{"feature":"p07","deviation":0.6,"jensenShannon":0.25}]}]}
        """);

    assertThat(Ran.flotilla("drift", "show", "digits", "--context", folder).out())
        .contains("sim-003", "since window 2", "0.612", "0.300", "p07 (0.250)");
  }

  @Test
  void showsCohorts() {
    controller.on(
        "POST /api/v1/drift/digits/cohorts", "{\"cohorts\":{\"drifted-1\":[\"a\",\"b\"]}}");

    assertThat(Ran.flotilla("drift", "cohorts", "digits", "--context", folder).out())
        .contains("drifted-1  a, b");
  }

  @Test
  void showsPredictions() {
    controller.on(
        "GET /api/v1/predictions/digits",
        """
        {"stored":7,"duplicates":0,"byVersion":{"1":7},
         "byDevice":{"a":{"made":7,"captured":7,"refused":0,"stored":7}}}
        """);

    assertThat(Ran.flotilla("predictions", "show", "digits", "--context", folder).out())
        .startsWith("stored 7, duplicates 0, version 1: 7\n")
        .contains("a       7     7         0        7");
  }

  @Test
  void printsEventsOfATypeOneALine() {
    controller.on("GET /api/v1/events?limit=100", EVENTS);

    Ran ran = Ran.flotilla("events", "--type", "io.flotilla.drift", "--json", "--context", folder);

    assertThat(ran.out()).hasLineCount(1);
    assertThat(ran.json().text("id")).isEqualTo("2");
    assertThat(Ran.flotilla("events", "--context", folder).out()).hasLineCount(2);
  }
}
