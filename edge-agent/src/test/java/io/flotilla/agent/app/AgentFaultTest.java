package io.flotilla.agent.app;

import static io.flotilla.agent.testing.Eventually.eventually;
import static io.flotilla.agent.testing.TestBundle.input;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.agent.deployment.DeploymentLimits;
import io.flotilla.agent.testing.CuttingStores;
import io.flotilla.agent.testing.FaultyAccelerator;
import io.flotilla.agent.testing.TestBundle;
import io.flotilla.agent.testing.TestDevice;
import io.flotilla.agent.testing.TinyModel;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import io.flotilla.protocol.message.Ack;
import io.flotilla.protocol.message.Capture;
import io.flotilla.protocol.message.DeploymentState;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.protocol.message.WindowReport.Totals;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentFaultTest {
  private static final int MOST_WRITES = 60;

  @TempDir Path root;

  /**
   * Dies after every single write of a deployment in turn, starts again on the folder, and comes to
   * the same end: every state reported once, in order, and always a whole version that scores.
   */
  @Test
  void resumesAfterACutAtEveryDurableStep() throws Exception {
    boolean finished = false;
    for (int writes = 1; !finished; writes++) {
      assertThat(writes).isLessThan(MOST_WRITES);
      Path folder = Files.createDirectory(root.resolve("cut-" + writes));
      try (TestDevice device = new TestDevice(folder)) {
        finished = diesAndResumes(device, writes);
      }
    }
  }

  private static boolean diesAndResumes(TestDevice device, int writes) {
    TestBundle first = device.bundle(1, 1);
    TestBundle second = device.bundle(2, 2);
    try (Agent agent = device.start()) {
      device.controller.assign(device.assignment(1, first), first);
      awaitEnd(device, 1, DeploymentState.COMMITTED);
      eventually().until(() -> agent.snapshot().drained());
    }
    CuttingStores stores = new CuttingStores(device.stores, writes);
    boolean finished = false;
    device.controller.assign(device.assignment(2, second), second);
    try (Agent agent = device.start(stores, OnnxAccelerators.cpu())) {
      eventually().until(() -> stores.cut() || (agent.snapshot().drained() && ended(device, 2)));
      finished = !stores.cut();
      assertWhole(agent, first, second);
    } catch (FlotillaException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.DISK_FULL);
    }
    try (Agent agent = device.start()) {
      assertWhole(agent, first, second);
      awaitEnd(device, 2, DeploymentState.COMMITTED);
      eventually().until(() -> agent.snapshot().running().equals(Optional.of(second.version())));
      eventually().until(() -> agent.snapshot().drained());
      assertThat(agent.score(input(1)).version()).isEqualTo(second.version());
    }
    assertThat(device.controller.states(2))
        .as("states after a cut at write %d", writes)
        .containsExactlyElementsOf(
            EnumSet.range(DeploymentState.ASSIGNED, DeploymentState.COMMITTED));
    assertThat(device.controller.reported.getLast().running()).contains(second.version());
    return finished;
  }

  private static void assertWhole(Agent agent, TestBundle first, TestBundle second) {
    ScoreResult result = agent.score(input(5));
    VersionRef version = result.version();
    assertThat(version).isIn(first.version(), second.version());
    assertThat(result.outputs().values().iterator().next().toFloats())
        .containsExactly(new TinyModel(version.version()).expected(TestBundle.row(5)));
  }

  @Test
  void repairsADamagedSlotFromTheControllerAndScoresNothingUnverifiedMeanwhile() throws Exception {
    try (TestDevice device = new TestDevice(root)) {
      TestBundle first = device.bundle(1, 1);
      try (Agent agent = device.start()) {
        device.controller.assign(device.assignment(1, first), first);
        awaitEnd(device, 1, DeploymentState.COMMITTED);
        eventually().until(() -> agent.snapshot().drained());
      }
      Path model =
          device.folder().resolve("slots/" + first.version().bundle() + "/models/model.onnx");
      byte[] bytes = Files.readAllBytes(model);
      bytes[bytes.length / 2] ^= 1;
      Files.write(model, bytes);
      device.controller.serving = false;
      try (Agent agent = device.start()) {
        assertThatThrownBy(() -> agent.score(input(1)))
            .isInstanceOfSatisfying(
                FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NO_MODEL));
        eventually()
            .untilAsserted(
                () ->
                    assertThat(device.controller.events)
                        .anyMatch(e -> e.code().equals(ErrorCode.BUNDLE_DIGEST_MISMATCH.name())));
        device.controller.serving = true;
        eventually().until(() -> agent.snapshot().running().isPresent());
        assertThat(agent.score(input(1)).version()).isEqualTo(first.version());
        eventually()
            .untilAsserted(
                () -> assertThat(device.controller.reported.getLast().running()).isPresent());
      }
      assertThat(device.controller.states(1)).hasSize(8);
    }
  }

  @Test
  void rollsBackToThePreviousVersionOnAnErrorInProbation() {
    try (TestDevice device = new TestDevice(root)) {
      device.limits = new DeploymentLimits(60_000, 20, 60_000, 1);
      FaultyAccelerator accelerator = new FaultyAccelerator(OnnxAccelerators.cpu());
      TestBundle first = device.bundle(1, 1);
      TestBundle second = device.bundle(2, 2);
      try (Agent agent = device.start(device.stores, accelerator)) {
        device.controller.assign(device.assignment(1, first), first);
        awaitEnd(device, 1, DeploymentState.PROBATION);
        for (int i = 0; i < 20; i++) {
          agent.score(input(i));
        }
        awaitEnd(device, 1, DeploymentState.COMMITTED);
        device.controller.assign(device.assignment(2, second), second);
        awaitEnd(device, 2, DeploymentState.PROBATION);
        assertThat(agent.score(input(1)).version()).isEqualTo(second.version());
        accelerator.broken = true;
        assertThatThrownBy(() -> agent.score(input(1)))
            .isInstanceOfSatisfying(
                FlotillaException.class,
                e -> assertThat(e.code()).isEqualTo(ErrorCode.SCORING_FAILED));
        awaitEnd(device, 2, DeploymentState.ROLLED_BACK);
        assertThat(device.controller.failure(2)).isEqualTo(ErrorCode.PROBATION_FAILED.name());
        assertThat(agent.score(input(1)).version()).isEqualTo(first.version());
        assertThat(agent.snapshot().running()).contains(first.version());
      }
    }
  }

  @Test
  void everyPredictionIsStoredOnceThroughRestartsAndLossesOfTheConnection() {
    try (TestDevice device = new TestDevice(root)) {
      TestBundle first = device.bundle(1, 1);
      Set<String> made = new HashSet<>();
      for (int life = 0; life < 4; life++) {
        try (Agent agent = device.start()) {
          device.controller.assign(device.assignment(1, first), first);
          awaitEnd(device, 1, DeploymentState.COMMITTED);
          for (int i = 0; i < 333; i++) {
            assertThat(made.add(agent.score(input(i)).id())).isTrue();
            if (i % 100 == 50) {
              device.network.reachable(i % 200 == 50);
            }
          }
        }
        device.network.reachable(true);
      }
      try (Agent agent = device.start()) {
        eventually().until(() -> agent.snapshot().drained());
        assertThat(agent.snapshot().totals()).isEqualTo(new Totals(made.size(), made.size(), 0));
      }
      List<String> stored =
          device.controller.predictions.stream().map(Capture.Prediction::id).toList();
      assertThat(stored).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(made);
      assertThat(device.controller.windows.getFirst().totals().refused()).isZero();
    }
  }

  @Test
  void goesOnWithAControllerThatWasSetBackAndHeedsNoOldAcknowledgement() {
    try (TestDevice device = new TestDevice(root);
        Agent agent = device.start()) {
      TestBundle first = device.bundle(1, 1);
      device.controller.assign(device.assignment(1, first), first);
      awaitEnd(device, 1, DeploymentState.COMMITTED);
      Set<String> made = new HashSet<>();
      for (int i = 0; i < 100; i++) {
        made.add(agent.score(input(i)).id());
      }
      eventually().until(() -> agent.snapshot().drained());
      String spool = agent.snapshot().spool().spoolId();
      long released = agent.snapshot().spool().released();
      assertThat(released).isGreaterThan(3);

      device.network.reachable(false);
      device.controller.forget();
      for (int i = 0; i < 50; i++) {
        made.add(agent.score(input(i)).id());
      }
      device.network.reachable(true);
      for (long old = 0; old < released; old++) {
        device.controller.send(new Ack(1, spool, old));
      }
      agent.flush();
      eventually()
          .until(
              () ->
                  agent.snapshot().drained()
                      && device.controller.predictions.size() == made.size());

      assertThat(agent.snapshot().spool().spoolId()).isEqualTo(spool);
      assertThat(device.controller.predictions)
          .extracting(Capture.Prediction::id)
          .doesNotHaveDuplicates()
          .containsExactlyInAnyOrderElementsOf(made);
    }
  }

  @Test
  void saysWhyItCannotStart() throws Exception {
    try (TestDevice device = new TestDevice(root);
        Agent agent = device.start()) {
      assertThatThrownBy(device::start)
          .isInstanceOfSatisfying(
              FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_LOCKED));
      assertThat(agent.snapshot().deviceId()).isEqualTo(TestDevice.ID);
      Files.delete(device.folder().resolve("trust/trust.json"));
      assertThatThrownBy(device::start)
          .isInstanceOfSatisfying(
              FlotillaException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIGURATION_INVALID));
    }
  }

  private static boolean ended(TestDevice device, long number) {
    return device.controller.states(number).contains(DeploymentState.COMMITTED);
  }

  private static void awaitEnd(TestDevice device, long number, DeploymentState state) {
    eventually().untilAsserted(() -> assertThat(device.controller.states(number)).endsWith(state));
  }
}
