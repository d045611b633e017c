package io.flotilla.cli.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.codec.Json;
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

class RolloutCommandTest {
  private static final String HALTED =
      """
      {"id":"1","model":"digits","version":3,"state":"HALTED","reason":"too many failures",
       "waves":[{"index":0,"devices":[{"id":"a","state":"SUCCEEDED","code":null,"assignment":4},
                                      {"id":"b","state":"FAILED","code":"SIGNATURE_INVALID"}]},
                {"index":1,"devices":[{"id":"c","state":"PENDING","code":null}]}]}
      """;

  @TempDir private Path folder;
  @AutoClose private FakeController controller;

  @BeforeEach
  void start() throws Exception {
    controller = new FakeController(folder);
  }

  private Ran rollout(Object... arguments) {
    Object[] all = new Object[arguments.length + 3];
    all[0] = "rollout";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    all[all.length - 2] = "--context";
    all[all.length - 1] = controller.contextFile();
    return Ran.flotilla(all);
  }

  @Test
  void createsARolloutAsAsked() {
    controller.on("POST /api/v1/rollouts", "{\"id\":\"1\",\"state\":\"RUNNING\"}");

    Ran ran =
        rollout(
            "create",
            "digits:2",
            "--selector",
            "site=lyon",
            "--waves",
            "2, 50%,100%",
            "--max-failures",
            "1",
            "--timeout",
            "30");

    assertThat(ran.status()).isZero();
    assertThat(Json.parse(controller.last().body()))
        .isEqualTo(
            Json.parse(
                """
                {"model":"digits","version":2,"selector":"site=lyon",
                 "waves":[{"devices":2},{"percent":50},{"percent":100}],
                 "maxFailures":1,"deploymentTimeoutSeconds":30,"skipUnfit":false}
                """));
  }

  @Test
  void aSelectorThatMatchesNothingEndsInOneSentence() {
    controller.on(
        "POST /api/v1/rollouts", Answer.problem(422, "SELECTOR_EMPTY", "'site=x' matches nothing"));

    Ran ran = rollout("create", "digits:2", "--selector", "site=x");

    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err()).isEqualTo("flotilla: SELECTOR_EMPTY: 'site=x' matches nothing\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"digits", "digits:", "digits:0", ":1", "digits:one", "digits:-1"})
  void refusesWhatIsNoVersion(String version) {
    Ran ran = rollout("create", version);

    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err()).startsWith("flotilla: INPUT_INVALID: ").contains("digits:3");
    assertThat(controller.requests()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "0", "-1", "101%", "0%", "2,,3", "50 %", "1.5"})
  void refusesWhatAreNoWaves(String waves) {
    assertThatThrownBy(() -> Waves.parse(waves))
        .isInstanceOfSatisfying(
            FlotillaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.ROLLOUT_PLAN_INVALID));
  }

  @Test
  void showsEveryDevice() {
    controller.on("GET /api/v1/rollouts/1", HALTED);

    Ran ran = rollout("show", "1");

    assertThat(ran.status()).isZero();
    assertThat(ran.out())
        .contains("rollout 1 of digits:3: HALTED, wave 1 of 2, 1 of 3 devices succeeded, 1 failed")
        .contains("SIGNATURE_INVALID");
  }

  @Test
  void watchingAHaltedRolloutEndsWithTheFirstRefusal() {
    controller.on("GET /api/v1/rollouts/1", HALTED);

    Ran ran = rollout("watch", "1", "--json");

    assertThat(ran.status()).isEqualTo(ErrorCode.SIGNATURE_INVALID.errorClass().exitStatus());
    assertThat(ran.json().text("state")).isEqualTo("HALTED");
    assertThat(ran.err()).startsWith("flotilla: SIGNATURE_INVALID: rollout 1 of digits:3: HALTED");
  }

  @Test
  void watchingACompletedRolloutSucceeds() {
    controller.on("GET /api/v1/rollouts/1", "{\"id\":\"1\",\"state\":\"COMPLETED\"}");

    assertThat(rollout("watch", "1").status()).isZero();
  }

  @Test
  void pausesAndResumes() {
    controller.on("POST /api/v1/rollouts/1/pause", "{\"id\":\"1\",\"state\":\"PAUSED\"}");
    controller.on("POST /api/v1/rollouts/1/resume", "{\"id\":\"1\",\"state\":\"RUNNING\"}");

    assertThat(rollout("pause", "1").out()).contains("PAUSED");
    assertThat(rollout("resume", "1").out()).contains("RUNNING");
  }

  @Test
  void undoesAndApproves() {
    controller.on(
        "POST /api/v1/rollouts/1/undo?reason=bad", "{\"id\":\"1\",\"state\":\"UNDOING\"}");
    controller.on("POST /api/v1/rollouts/1/approve", "{\"id\":\"1\",\"state\":\"RUNNING\"}");

    assertThat(rollout("undo", "1", "--reason", "bad", "--yes").out()).contains("UNDOING");
    assertThat(rollout("approve", "1").out()).contains("RUNNING");
  }

  @Test
  void aPlanInAFileWinsOverOptions() throws Exception {
    controller.on("POST /api/v1/rollouts", "{\"id\":\"1\",\"state\":\"RUNNING\"}");
    Path plan = folder.resolve("plan.json");
    Files.writeString(
        plan, "{\"devices\":[\"cam-1\"],\"pace\":{\"perMinute\":10},\"maxFailures\":2}");

    assertThat(rollout("create", "digits:2", "--plan", plan, "--confirm", "1").status()).isZero();
    assertThat(Json.parse(controller.last().body()))
        .isEqualTo(
            Json.parse(
                """
                {"model":"digits","version":2,"devices":["cam-1"],"confirmDevices":1,
                 "waves":[{"percent":100}],"pace":{"perMinute":10},
                 "maxFailures":2,"deploymentTimeoutSeconds":60,"skipUnfit":false}
                """));
  }

  @Test
  void listsRollouts() {
    controller.on("GET /api/v1/rollouts", "{\"items\":[" + HALTED + "],\"next\":null}");

    assertThat(rollout("list").out()).contains("digits:3", "HALTED", "too many failures");
    assertThat(rollout("list", "--json").json().get("items").size()).isEqualTo(1);
  }
}
