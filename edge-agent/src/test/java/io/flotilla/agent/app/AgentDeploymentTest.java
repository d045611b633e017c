package io.flotilla.agent.app;

import static io.flotilla.agent.testing.Eventually.eventually;
import static io.flotilla.agent.testing.TestBundle.input;
import static io.flotilla.agent.testing.TestBundle.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.agent.deployment.DeploymentLimits;
import io.flotilla.agent.testing.TestBundle;
import io.flotilla.agent.testing.TestDevice;
import io.flotilla.agent.testing.TinyModel;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.signing.SigningKey;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.DeploymentState;
import io.flotilla.protocol.message.HealthReport;
import io.flotilla.protocol.message.Hello;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentDeploymentTest {
  private static final List<DeploymentState> ALL_STATES =
      List.of(
          DeploymentState.ASSIGNED,
          DeploymentState.FETCHING,
          DeploymentState.VERIFYING,
          DeploymentState.STAGED,
          DeploymentState.OPTIMISING,
          DeploymentState.PROVING,
          DeploymentState.PROBATION,
          DeploymentState.COMMITTED);

  @TempDir Path root;
  private TestDevice device;
  private Agent agent;

  @BeforeEach
  void start() {
    device = new TestDevice(root);
    agent = device.start();
  }

  @AfterEach
  void stop() {
    agent.close();
    device.close();
  }

  @Test
  void refusesToScoreBeforeAnythingIsCommitted() {
    assertThatThrownBy(() -> agent.score(input(0)))
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NO_MODEL));
  }

  @Test
  void deploysProvesAndScores() {
    TestBundle first = device.bundle(1, 2);
    deploy(1, first);
    ScoreResult result = agent.score(input(3));
    assertThat(result.version()).isEqualTo(first.version());
    assertThat(result.outputs().values().iterator().next().toFloats())
        .containsExactly(new TinyModel(2).expected(row(3)));
    assertThat(result.label()).contains("b");
    assertThat(result.id()).startsWith(TestDevice.ID + "/");
    assertThat(device.controller.states(1)).containsExactlyElementsOf(ALL_STATES);
    assertThat(device.controller.reported.getLast().running()).contains(first.version());
    assertThat(measurements(1))
        .containsKeys("loadMillis", "latencyP50Micros", "latencyP99Micros", "probationScores");
  }

  @Test
  void tellsHowEachVersionBehaves() {
    TestBundle first = device.bundle(1, 2);
    deploy(1, first);
    for (int i = 0; i < 7; i++) {
      agent.score(input(i));
    }
    assertThatThrownBy(() -> agent.score(Map.of())).isInstanceOf(FlotillaException.class);
    agent.flush();
    eventually().untilAsserted(() -> assertThat(device.controller.health).hasSize(1));
    HealthReport report = device.controller.health.getFirst();
    assertThat(report.source()).isEqualTo(first.version());
    assertThat(report.rows().scored()).as("what proved it is not counted").isEqualTo(7);
    assertThat(report.rows().refused()).isEqualTo(1);
    assertThat(report.rows().predictions().values().stream().mapToLong(Long::longValue).sum())
        .isEqualTo(7);
    assertThat(report.lives()).isEqualTo(1);
  }

  @Test
  void keepsThePreviousSlotAndRemovesOlderOnes() throws Exception {
    deploy(1, device.bundle(1, 1));
    deploy(2, device.bundle(2, 2));
    TestBundle third = device.bundle(3, 3);
    deploy(3, third);
    assertThat(agent.score(input(5)).version()).isEqualTo(third.version());
    eventually().untilAsserted(() -> assertThat(names("slots")).hasSize(2));
    assertThat(names("fetch")).isEmpty();
    assertThat(names("incoming")).isEmpty();
  }

  @Test
  void scoresTheCommittedVersionAfterARestartWithoutBeingTold() {
    TestBundle first = device.bundle(1, 2);
    deploy(1, first);
    agent.close();
    device.network.reachable(false);
    agent = device.start();
    assertThat(agent.score(input(1)).version()).isEqualTo(first.version());
    assertThat(device.controller.states(1)).containsExactlyElementsOf(ALL_STATES);
  }

  @Test
  void doesNothingTwiceForTheSameAssignment() {
    TestBundle first = device.bundle(1, 2);
    Assignment assignment = device.assignment(1, first);
    device.controller.assign(assignment, first);
    awaitState(1, DeploymentState.COMMITTED);
    int asked = device.controller.needs.size();
    device.controller.assign(assignment, first);
    device.controller.assign(device.assignment(2, first), first);
    awaitState(2, DeploymentState.COMMITTED);
    assertThat(device.controller.states(1)).containsExactlyElementsOf(ALL_STATES);
    assertThat(device.controller.states(2)).containsExactly(DeploymentState.COMMITTED);
    assertThat(device.controller.needs).hasSize(asked);
  }

  @Test
  void refusesAnUnknownPublisher() {
    TestBundle foreign = TestBundle.make(root, 2, TestBundle.Content.of(9), SigningKey.generate());
    refused(foreign, ErrorCode.PUBLISHER_UNKNOWN);
  }

  @Test
  void refusesTamperedContentThatTheControllerVouchesFor() throws Exception {
    TestBundle good = device.bundle(2, 2);
    byte[] bytes = Files.readAllBytes(good.archive());
    // In the middle of the ballast file: the archive stays canonical.
    bytes[bytes.length / 2] ^= 1;
    Files.write(good.archive(), bytes);
    refused(good, ErrorCode.BUNDLE_DIGEST_MISMATCH);
  }

  @Test
  void refusesGoldenVectorsThatFailOrAreMissing() {
    TestBundle.Content wrong =
        TestBundle.Content.of(2).withGolden(TestBundle.Content.of(3).golden());
    refused(TestBundle.make(root, 2, wrong, device.publisher), ErrorCode.GOLDEN_VECTORS_FAILED);
    TestBundle.Content none = TestBundle.Content.of(2).withGolden(List.of());
    TestBundle bare = TestBundle.make(root, 3, none, device.publisher);
    device.controller.assign(device.assignment(3, bare), bare);
    awaitState(3, DeploymentState.REFUSED);
    assertThat(device.controller.failure(3)).isEqualTo(ErrorCode.GOLDEN_VECTORS_MISSING.name());
  }

  @Test
  void refusesADowngradeUnlessItIsAllowed() {
    TestBundle second = device.bundle(2, 2);
    deploy(1, second);
    TestBundle first = device.bundle(1, 1);
    device.controller.assign(device.assignment(2, first), first);
    awaitState(2, DeploymentState.REFUSED);
    assertThat(device.controller.failure(2)).isEqualTo(ErrorCode.DOWNGRADE_NOT_ALLOWED.name());
    Assignment plain = device.assignment(3, first);
    device.controller.assign(
        new Assignment(
            1,
            plain.tenant(),
            plain.deviceId(),
            3,
            plain.target(),
            plain.archive(),
            plain.validity(),
            new Assignment.Purpose("undo", true)),
        first);
    awaitState(3, DeploymentState.COMMITTED);
    assertThat(agent.score(input(1)).version()).isEqualTo(first.version());
  }

  @Test
  void reportsForgedMisdirectedAndReplayedAssignmentsAndObeysNone() {
    TestBundle first = device.bundle(1, 1);
    TestBundle second = device.bundle(2, 2);
    deploy(5, first);
    device.controller.send(device.assignment(6, second), SigningKey.generate());
    awaitEvent(ErrorCode.ASSIGNMENT_SIGNATURE_INVALID);
    device.controller.send(device.assignment(4, second), device.controllerKey);
    awaitEvent(ErrorCode.ASSIGNMENT_REPLAYED);
    eventually()
        .untilAsserted(
            () -> {
              Hello told = device.controller.hellos.getLast();
              assertThat(told.lastAssignment()).isEqualTo(5);
              assertThat(told.past().orElseThrow().lastTarget()).contains(first.version());
            });
    Assignment expired = device.assignment(7, second);
    device.controller.assign(
        new Assignment(
            1,
            expired.tenant(),
            expired.deviceId(),
            7,
            expired.target(),
            expired.archive(),
            new Assignment.Validity(0, 1),
            expired.purpose()),
        second);
    awaitState(7, DeploymentState.REFUSED);
    assertThat(device.controller.failure(7)).isEqualTo(ErrorCode.ASSIGNMENT_EXPIRED.name());
    assertThat(agent.score(input(0)).version()).isEqualTo(first.version());
  }

  @Test
  void asksAgainWhenChunksArriveDamaged() {
    TestBundle first = device.bundle(1, 1);
    int[] served = {0};
    device.controller.wire =
        data -> {
          byte[] copy = data.clone();
          if (served[0]++ < 2) {
            copy[served[0]] ^= 0x40;
          }
          return copy;
        };
    deploy(1, first);
    assertThat(device.controller.needs.size()).isGreaterThan(2);
  }

  @Test
  void survivesALossOfTheConnectionWhileFetching() {
    TestBundle first = device.bundle(1, 1);
    device.controller.serving = false;
    device.controller.assign(device.assignment(1, first), first);
    awaitState(1, DeploymentState.FETCHING);
    device.network.reachable(false);
    eventually().until(() -> !agent.snapshot().connected());
    device.controller.serving = true;
    device.network.reachable(true);
    awaitState(1, DeploymentState.COMMITTED);
    assertThat(device.controller.hellos).hasSizeGreaterThan(1);
  }

  @Test
  void givesUpAFetchThatGetsNowhere() {
    agent.close();
    device.limits = new DeploymentLimits(1_000, 20, 50, 1);
    agent = device.start();
    TestBundle first = device.bundle(1, 1);
    device.controller.serving = false;
    device.controller.assign(device.assignment(1, first), first);
    awaitState(1, DeploymentState.REFUSED);
    assertThat(device.controller.failure(1)).isEqualTo(ErrorCode.FETCH_TIMED_OUT.name());
  }

  @Test
  void aNewerAssignmentTakesThePlaceOfOneUnderWay() {
    TestBundle first = device.bundle(1, 1);
    device.controller.serving = false;
    device.controller.assign(device.assignment(1, first), first);
    awaitState(1, DeploymentState.FETCHING);
    device.controller.serving = true;
    TestBundle second = device.bundle(2, 2);
    deploy(2, second);
    assertThat(device.controller.states(1)).endsWith(DeploymentState.REFUSED);
    assertThat(device.controller.failure(1)).isEqualTo(ErrorCode.CONFLICT.name());
  }

  private void refused(TestBundle bad, ErrorCode code) {
    TestBundle good = device.bundle(1, 1);
    deploy(1, good);
    device.controller.assign(device.assignment(2, bad), bad);
    awaitState(2, DeploymentState.REFUSED);
    assertThat(device.controller.failure(2)).isEqualTo(code.name());
    assertThat(agent.score(input(2)).version()).isEqualTo(good.version());
    eventually()
        .untilAsserted(() -> assertThat(names("slots")).containsExactly(good.version().bundle()));
  }

  private void deploy(long number, TestBundle bundle) {
    device.controller.assign(device.assignment(number, bundle), bundle);
    awaitState(number, DeploymentState.COMMITTED);
    eventually().until(() -> agent.snapshot().running().equals(Optional.of(bundle.version())));
    eventually().until(() -> agent.snapshot().drained());
  }

  private void awaitState(long number, DeploymentState state) {
    eventually().untilAsserted(() -> assertThat(device.controller.states(number)).endsWith(state));
  }

  private void awaitEvent(ErrorCode code) {
    eventually()
        .untilAsserted(
            () ->
                assertThat(device.controller.events)
                    .anyMatch(event -> event.code().equals(code.name())));
  }

  private Map<String, Double> measurements(long number) {
    Map<String, Double> all = new HashMap<>();
    device.controller.progress.stream()
        .filter(p -> p.assignment() == number)
        .forEach(p -> all.putAll(p.measurements()));
    return all;
  }

  private List<String> names(String part) throws Exception {
    List<String> names = new ArrayList<>();
    try (var entries = Files.newDirectoryStream(device.folder().resolve(part))) {
      entries.forEach(entry -> names.add(entry.getFileName().toString()));
    }
    return names;
  }
}
