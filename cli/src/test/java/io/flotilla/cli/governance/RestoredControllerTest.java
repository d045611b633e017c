package io.flotilla.cli.governance;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.agent.app.Agent;
import io.flotilla.agent.app.AgentConfig;
import io.flotilla.agent.app.AgentParts;
import io.flotilla.agent.deployment.DeploymentLimits;
import io.flotilla.agent.identity.Claim;
import io.flotilla.agent.identity.Enrolment;
import io.flotilla.agent.identity.Identity;
import io.flotilla.agent.store.rocksdb.RocksStores;
import io.flotilla.bundle.tensor.Tensor;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.onnx.PerceptronModel;
import io.flotilla.cli.testing.Models;
import io.flotilla.cli.testing.Ran;
import io.flotilla.cli.testing.Running;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import io.flotilla.protocol.message.VersionRef;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real controller set back to a backup, and real agents that went on meanwhile. */
class RestoredControllerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int DEVICES = 2;

  @TempDir private Path folder;
  private final RocksStores stores = new RocksStores();
  private final List<Agent> agents = new ArrayList<>();
  private Path trust = Path.of("");
  private Path data = Path.of("");

  @BeforeEach
  void prepare() {
    trust = Models.trust(folder);
  }

  @AfterEach
  void stop() {
    agents.forEach(Agent::close);
    stores.close();
  }

  @Test
  void devicesThatWentOnAfterTheBackupAreHeardAndObeyAgain() throws IOException {
    Path backup = folder.resolve("backup.tar");
    data = folder.resolve("first");
    try (Running controller = controller()) {
      enrol(URI.create(controller.await("ready").text("url")));
      register(1);
      register(2);
      rollOut(1);
      score(30);
      assertThat(stored()).isEqualTo(30 * DEVICES);
      ok("backup", "create", "--out", backup);

      rollOut(2);
      score(20);
      rollOut(1);
      rollOut(2);
      score(20);
      assertThat(stored()).isEqualTo(70 * DEVICES);
    }
    List<Long> before = released();
    makeScores(10);

    data = folder.resolve("restored");
    assertThat(Ran.flotilla("backup", "restore", backup, "--data", data).status()).isZero();
    try (Running controller = controller()) {
      controller.await("ready");
      // What the backup says shall run, under numbers that the devices have not seen.
      awaitRunning(1);
      awaitHeard();
      assertThat(stored()).as("with what waited on the devices").isEqualTo(40 * DEVICES);
      score(15);
      assertThat(stored()).isEqualTo(55 * DEVICES);

      rollOut(2);
      score(5);
      Json predictions = ok("predictions", "show", "digits", "--json").json();
      assertThat(predictions.get("stored").asInt()).isEqualTo(60 * DEVICES);
      assertThat(predictions.get("duplicates").asInt()).isZero();
      assertThat(released()).zipSatisfy(before, (now, was) -> assertThat(now).isGreaterThan(was));
      assertThat(gaps()).containsExactlyInAnyOrder("device/cam-0", "device/cam-1");
      assertThat(ok("audit", "verify").out()).contains("intact");
    }
  }

  private Running controller() throws IOException {
    return Running.flotilla(
        "controller",
        "--json",
        "--exit-with-parent",
        "--data",
        data,
        "--trust",
        trust,
        "--http-port",
        0,
        "--mqtt-port",
        0);
  }

  private void enrol(URI url) throws IOException {
    for (int i = 0; i < DEVICES; i++) {
      Path dir = Files.createDirectories(folder.resolve("cam-" + i));
      Claim claim = Claim.parse(ok("device", "claim").out().strip());
      Identity identity = Enrolment.enrol(url, claim, "cam-" + i, dir);
      AgentConfig config =
          AgentConfig.of(dir, trust, identity)
              .withDeployment(new DeploymentLimits(60_000, 1, 0, 1));
      agents.add(Agent.start(config, AgentParts.real(OnnxAccelerators.cpu(), stores)));
    }
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () ->
                ok("device", "list", "--json").out().split("\"hardware\":\\{", -1).length
                    == DEVICES + 1);
  }

  private void register(int version) throws IOException {
    Path model =
        Files.write(
            folder.resolve("model-" + version + ".onnx"),
            PerceptronModel.bytes(List.of(4, 3), new Random(version)));
    Ran ran =
        ok(
            "model",
            "register",
            model,
            "--name",
            "digits",
            "--publisher-key",
            trust.resolve("keys/lab-key.pem"));
    assertThat(ran.out()).contains("digits:" + version);
  }

  private void rollOut(int version) {
    String id = ok("rollout", "create", "digits:" + version, "--json").json().text("id");
    ok("rollout", "watch", id);
    awaitRunning(version);
  }

  private void awaitRunning(int version) {
    Awaitility.await()
        .atMost(PATIENCE)
        .until(
            () ->
                agents.stream()
                    .allMatch(
                        agent ->
                            agent.snapshot().running().map(VersionRef::version).orElse(0)
                                == version));
  }

  /** Scores on every device and waits until all of it is acknowledged. */
  private void score(int rows) {
    makeScores(rows);
    awaitHeard();
  }

  private void makeScores(int rows) {
    for (Agent agent : agents) {
      for (int i = 0; i < rows; i++) {
        agent.score(Map.of("input", Tensor.ofFloats(List.of(1L, 4L), i, 1, 2, 3)));
      }
      agent.flush();
    }
  }

  private void awaitHeard() {
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> agents.stream().allMatch(agent -> agent.snapshot().drained()));
  }

  private List<Long> released() {
    return agents.stream().map(agent -> agent.snapshot().spool().released()).toList();
  }

  private int stored() {
    return ok("predictions", "show", "digits", "--json").json().get("stored").asInt();
  }

  private List<String> gaps() {
    return ok("events", "--type", "io.flotilla.device.gap", "--json")
        .out()
        .lines()
        .map(Json::parse)
        .map(event -> event.text("subject"))
        .toList();
  }

  private Ran ok(Object... arguments) {
    Object[] all = Arrays.copyOf(arguments, arguments.length + 2);
    all[arguments.length] = "--context";
    all[arguments.length + 1] = data;
    Ran ran = Ran.flotilla(all);
    assertThat(ran.status()).as(ran.err()).isZero();
    return ran;
  }
}
