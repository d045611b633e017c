package io.flotilla.cli.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.cli.testing.FakeController;
import io.flotilla.cli.testing.FakeController.Answer;
import io.flotilla.cli.testing.Ran;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OperatorCommandTest {
  @TempDir private Path folder;
  @AutoClose private FakeController controller;

  @BeforeEach
  void start() throws Exception {
    controller = new FakeController(folder);
  }

  @Test
  void aGrantIsARoleForModelsAndDevices() {
    controller.on("PUT /api/v1/operators/anna", "{\"name\":\"anna\",\"grants\":[]}");

    Ran ran =
        Ran.flotilla(
            "operator",
            "set",
            "anna",
            "--grant",
            "operator:vision-*:zone=a:b, site!=lyon",
            "--grant",
            "viewer",
            "--context",
            folder);

    assertThat(ran.status()).isZero();
    assertThat(controller.last().body())
        .isEqualTo(
            "{\"grants\":[{\"role\":\"operator\",\"models\":\"vision-*\","
                + "\"devices\":\"zone=a:b, site!=lyon\"},{\"role\":\"viewer\"}]}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ":", "operator:", "operator::site=lyon", "operator:*:"})
  void aGrantWithAnEmptyPartIsRefusedHere(String grant) {
    Ran ran = Ran.flotilla("operator", "set", "anna", "--grant", grant, "--context", folder);

    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err()).contains("INPUT_INVALID", "operator:vision-*:site=lyon");
    assertThat(controller.requests()).isEmpty();
  }

  @Test
  void noTokenIsIssuedThatCannotBeKept() throws Exception {
    Files.createDirectory(folder.resolve("anna"));

    Ran ran =
        Ran.flotilla(
            "operator", "token", "anna", "--out", folder.resolve("anna"), "--context", folder);

    assertThat(ran.err()).contains("STORAGE_FAILED", "not there yet");
    assertThat(controller.requests()).isEmpty();
  }

  @Test
  void aTokenIsNeverPrinted() {
    controller.on(
        "POST /api/v1/operators/anna/tokens",
        Answer.json(201, "{\"id\":\"7\",\"token\":\"flt_secret\",\"expiresAtMs\":1}"));

    Ran ran =
        Ran.flotilla(
            "operator",
            "token",
            "anna",
            "--json",
            "--out",
            folder.resolve("anna"),
            "--context",
            folder);

    assertThat(ran.out() + ran.err()).contains("\"id\"").doesNotContain("flt_secret");
    assertThat(folder.resolve("anna/operator.json")).content().contains("flt_secret");
    assertThat(folder.resolve("anna/ca.pem")).isNotEmptyFile();
  }
}
