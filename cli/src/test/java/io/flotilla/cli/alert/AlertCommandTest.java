package io.flotilla.cli.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.cli.testing.FakeController;
import io.flotilla.cli.testing.Ran;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AlertCommandTest {
  private static final String RULE =
      """
      {"name":"silent","condition":{"kind":"offline","selector":"site=lyon","seconds":600,
       "type":null,"count":2,"share":null},"forSeconds":60,"repeatSeconds":null,"groupBy":"site",
       "severity":"critical","runbook":"","by":"anna","atMs":1}
      """;

  @TempDir private Path folder;
  @AutoClose private FakeController controller;

  @BeforeEach
  void start() throws Exception {
    controller = new FakeController(folder);
  }

  @Test
  void savesARule() {
    controller.on("PUT /api/v1/alert-rules/silent", RULE);

    Ran ran =
        Ran.flotilla(
            "alert",
            "set",
            "silent",
            "--offline",
            "600",
            "--selector",
            "site=lyon",
            "--count",
            "2",
            "--for",
            "60",
            "--by",
            "site",
            "--severity",
            "critical",
            "--reason",
            "it went unnoticed",
            "--context",
            folder);

    assertThat(ran.out()).isEqualTo("silent: offline 600 s, 2 or more of site=lyon\n");
    assertThat(controller.last().body())
        .isEqualTo(
            "{\"condition\":{\"kind\":\"offline\",\"seconds\":600,\"selector\":\"site=lyon\","
                + "\"count\":2},\"forSeconds\":60,\"severity\":\"critical\",\"groupBy\":\"site\","
                + "\"reason\":\"it went unnoticed\"}");
  }

  @Test
  void aRuleHasOneCondition() {
    assertThat(Ran.flotilla("alert", "set", "x", "--context", folder).status()).isEqualTo(2);
    assertThat(
            Ran.flotilla("alert", "set", "x", "--drifting", "--offline", "5", "--context", folder)
                .status())
        .isEqualTo(2);
    assertThat(controller.requests()).isEmpty();
  }

  @Test
  void listsRulesAlertsAndSilences() {
    controller.on("GET /api/v1/alert-rules", "{\"items\":[" + RULE + "]}");
    controller.on(
        "GET /api/v1/alerts",
        """
        {"items":[{"rule":"silent","group":"lyon","state":"firing","sinceMs":0,"toldAtMs":1,
          "found":3,"subjects":["device/a"]}]}
        """);
    controller.on("GET /api/v1/silences", "{\"items\":[]}");

    assertThat(Ran.flotilla("alert", "rules", "--context", folder).out())
        .contains("silent  offline 600 s, 2 or more of site=lyon  60     never     site  critical");
    assertThat(Ran.flotilla("alert", "list", "--context", folder).out())
        .contains("silent  lyon   firing  1970-01-01T00:00:00Z  3      device/a");
    assertThat(Ran.flotilla("alert", "silences", "--context", folder).out())
        .isEqualTo("no silence\n");
  }
}
