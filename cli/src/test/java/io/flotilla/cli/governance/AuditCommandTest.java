package io.flotilla.cli.governance;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.cli.codec.Json;
import io.flotilla.cli.testing.FakeController;
import io.flotilla.cli.testing.Ran;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditCommandTest {
  private static final String HASH = "ab".repeat(32);

  @TempDir private Path folder;
  @AutoClose private FakeController controller;

  @BeforeEach
  void start() throws Exception {
    controller = new FakeController(folder);
  }

  @Test
  void aBrokenChainEndsWithItsStatusAndEveryProblem() {
    controller.on(
        "POST /api/v1/audit/verification",
        """
        {"intact":false,"entries":3,"records":9,
         "problems":[{"kind":"RECORD_CHANGED","message":"model/digits was changed"}]}
        """);

    Ran ran = Ran.flotilla("audit", "verify", "--expect", "2:" + HASH, "--context", folder);

    assertThat(ran.status()).isEqualTo(7);
    assertThat(ran.out()).contains("BROKEN: 3 entries, 9 records", "model/digits was changed");
    assertThat(ran.err()).startsWith("flotilla: AUDIT_BROKEN: ");
    assertThat(Json.parse(controller.last().body()))
        .isEqualTo(Json.object().put("sequence", 2).put("hash", HASH));
  }

  @Test
  void theHeadOfOneDayIsWhatAnotherDayExpects() {
    controller.on("GET /api/v1/audit/head", "{\"sequence\":2,\"hash\":\"%s\"}".formatted(HASH));
    controller.on(
        "POST /api/v1/audit/verification",
        "{\"intact\":true,\"entries\":3,\"records\":9,\"blobs\":2,\"problems\":[]}");

    String head = Ran.flotilla("audit", "head", "--context", folder).out().strip();
    Ran ran = Ran.flotilla("audit", "verify", "--expect", head, "--context", folder);

    assertThat(ran.out()).isEqualTo("intact: 3 entries, 9 records, 2 blobs\n");
    assertThat(Ran.flotilla("audit", "verify", "--expect", "x", "--context", folder).status())
        .isEqualTo(2);
  }

  @Test
  void listsWhoDidWhat() {
    controller.on(
        "GET /api/v1/audit?action=model.&limit=100",
        """
        {"items":[{"sequence":7,"atMs":1,"actor":"operator","action":"model.alias",
          "subject":"model/digits","details":{"reason":"better"}}],"next":null}
        """);

    assertThat(Ran.flotilla("audit", "list", "--action", "model.", "--context", folder).out())
        .contains("operator", "model.alias", "reason=better");
  }
}
