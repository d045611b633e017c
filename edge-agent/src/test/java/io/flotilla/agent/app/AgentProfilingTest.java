package io.flotilla.agent.app;

import static io.flotilla.agent.testing.Eventually.eventually;
import static io.flotilla.agent.testing.TestBundle.input;
import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.agent.testing.HeldAccelerator;
import io.flotilla.agent.testing.TestBundle;
import io.flotilla.agent.testing.TestDevice;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.signing.Dsse;
import io.flotilla.bundle.signing.SigningKey;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.DeploymentState;
import io.flotilla.protocol.message.ProfileCommand;
import io.flotilla.protocol.message.ProfileReport;
import io.flotilla.protocol.message.ProfileReport.State;
import io.flotilla.protocol.message.Progress;
import io.flotilla.protocol.message.VersionRef;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentProfilingTest {
  private static final long HOUR_MS = 3_600_000;

  @TempDir Path root;
  private TestDevice device;
  private HeldAccelerator accelerator;
  private Agent agent;

  @BeforeEach
  void start() {
    device = new TestDevice(root);
    accelerator = new HeldAccelerator(OnnxAccelerators.cpu());
    agent = device.start(device.stores, accelerator);
  }

  @AfterEach
  void stop() {
    accelerator.release.countDown();
    agent.close();
    device.close();
  }

  @Test
  void measuresTheRunningVersionAndTheOneBefore() {
    TestBundle first = deployed(1);
    TestBundle second = deployed(2);
    device.controller.command(command("running", second.version(), List.of(2, 1)));
    awaitStates("running", State.RUNNING, State.SUCCEEDED);
    device.controller.command(command("before", first.version(), List.of()));
    awaitStates("before", State.RUNNING, State.SUCCEEDED);

    ProfileReport report = last("running");
    ProfileReport.Figures figures = report.figures().orElseThrow();
    assertThat(report.version()).isEqualTo(second.version());
    assertThat(figures.provider()).isEqualTo("CPUExecutionProvider");
    assertThat(figures.simulated()).isFalse();
    assertThat(figures.points()).extracting(ProfileReport.Point::threads).containsExactly(2, 1);
    assertThat(figures.points())
        .allSatisfy(
            point -> {
              assertThat(point.loadMillis()).isPositive();
              assertThat(point.p50Micros()).isPositive();
              assertThat(point.throughputPerSecond()).isPositive();
            });
    assertThat(last("before").figures().orElseThrow().points().getFirst().threads()).isOne();
    assertThat(agent.score(input(1)).version()).isEqualTo(second.version());
  }

  @Test
  void saysSoWhenItDoesNotHoldTheVersion() {
    deployed(1);
    VersionRef other = new VersionRef("digits", 3, "ab".repeat(32));
    device.controller.command(command("absent", other, List.of(1)));
    awaitStates("absent", State.FAILED);
    assertThat(failure("absent").code()).isEqualTo(ErrorCode.PROFILE_FAILED.name());
    assertThat(failure("absent").detail()).startsWith("dev-1 does not hold digits:3: roll it out");
  }

  @Test
  void doesNotMeasureWhatWasTamperedWithOnItsDisk() throws Exception {
    TestBundle first = deployed(1);
    Path ballast = device.folder().resolve("slots").resolve(first.version().bundle());
    Files.write(ballast.resolve("assets/ballast.bin"), new byte[] {1, 2, 3});
    device.controller.command(command("tampered", first.version(), List.of(1)));
    awaitStates("tampered", State.RUNNING, State.FAILED);
    assertThat(failure("tampered").code()).isEqualTo(ErrorCode.BUNDLE_DIGEST_MISMATCH.name());
  }

  @Test
  void obeysNoForgedMisdirectedMalformedOrExpiredCommand() {
    VersionRef version = deployed(1).version();
    ProfileCommand good = command("never", version, List.of(1));
    device.controller.command(
        Dsse.sign(ProfileCommand.PAYLOAD_TYPE, MessageCodec.encode(good), SigningKey.generate()));
    awaitEvent(ErrorCode.ASSIGNMENT_SIGNATURE_INVALID);
    device.controller.command(
        Dsse.sign(ProfileCommand.PAYLOAD_TYPE, new byte[] {1}, device.controllerKey));
    awaitEvent(ErrorCode.ASSIGNMENT_MALFORMED);
    device.controller.command(
        new ProfileCommand(
            1, "default", "dev-2", "never", version, good.validity(), List.of(1), 1_000));
    awaitEvent(ErrorCode.ASSIGNMENT_WRONG_DEVICE);
    device.controller.command(
        new ProfileCommand(
            1,
            "default",
            TestDevice.ID,
            "never",
            version,
            new Assignment.Validity(0, 1),
            List.of(1),
            1_000));
    awaitEvent(ErrorCode.ASSIGNMENT_EXPIRED);
    // What is sent last is answered last: nothing came of those before.
    device.controller.command(command("good", version, List.of(1)));
    awaitStates("good", State.RUNNING, State.SUCCEEDED);
    assertThat(states("never")).isEmpty();
  }

  @Test
  void anAssignmentOfTheControllerIsNoCommand() {
    TestBundle first = deployed(1);
    Assignment assignment = device.assignment(9, first);
    device.controller.command(
        Dsse.sign(Assignment.PAYLOAD_TYPE, MessageCodec.encode(assignment), device.controllerKey));
    awaitEvent(ErrorCode.ASSIGNMENT_SIGNATURE_INVALID);
  }

  @Test
  void obeysACommandOnceOverAllItsLives() {
    VersionRef version = deployed(1).version();
    ProfileCommand first = command("first", version, List.of(1));
    ProfileCommand second = command("second", version, List.of(1));
    device.controller.command(first);
    awaitStates("first", State.RUNNING, State.SUCCEEDED);
    device.controller.command(second);
    awaitStates("second", State.RUNNING, State.SUCCEEDED);
    agent.close();
    agent = device.start(device.stores, accelerator);
    device.controller.command(second);
    device.controller.command(first);
    awaitEvent(ErrorCode.ASSIGNMENT_REPLAYED);
    device.controller.command(command("third", version, List.of(1)));
    awaitStates("third", State.RUNNING, State.SUCCEEDED);
    assertThat(states("first")).containsExactly(State.RUNNING, State.SUCCEEDED);
    assertThat(states("second")).containsExactly(State.RUNNING, State.SUCCEEDED);
  }

  @Test
  void measuresOneVersionAtATimeAndGoesOnScoring() throws Exception {
    VersionRef version = deployed(1).version();
    accelerator.holding = true;
    device.controller.command(command("slow", version, List.of(1)));
    assertThat(accelerator.held.await(45, TimeUnit.SECONDS)).isTrue();
    device.controller.command(command("second", version, List.of(1)));
    awaitStates("second", State.FAILED);
    assertThat(failure("second").code()).isEqualTo(ErrorCode.CONFLICT.name());
    assertThat(agent.score(input(1)).version()).isEqualTo(version);
    assertThat(states("slow")).containsExactly(State.RUNNING);
    accelerator.release.countDown();
    awaitStates("slow", State.RUNNING, State.SUCCEEDED);
  }

  @Test
  void aJobThatTheEndOfTheAgentCutsOffIsReportedByItsNextLife() throws Exception {
    VersionRef version = deployed(1).version();
    accelerator.holding = true;
    device.controller.command(command("cut", version, List.of(1)));
    assertThat(accelerator.held.await(45, TimeUnit.SECONDS)).isTrue();
    agent.close();
    assertThat(accelerator.release.getCount()).as("ended by its interruption").isOne();
    accelerator.holding = false;
    agent = device.start(device.stores, accelerator);
    awaitStates("cut", State.RUNNING, State.FAILED);
    assertThat(failure("cut").code()).isEqualTo(ErrorCode.PROFILE_FAILED.name());
    device.controller.command(command("next", version, List.of(1)));
    awaitStates("next", State.RUNNING, State.SUCCEEDED);
  }

  private TestBundle deployed(int version) {
    TestBundle bundle = device.bundle(version, version);
    device.controller.assign(device.assignment(version, bundle), bundle);
    eventually()
        .untilAsserted(
            () ->
                assertThat(device.controller.states(version)).endsWith(DeploymentState.COMMITTED));
    eventually().until(() -> agent.snapshot().running().equals(Optional.of(bundle.version())));
    return bundle;
  }

  private static ProfileCommand command(String job, VersionRef version, List<Integer> threads) {
    long nowMs = Clock.systemUTC().millis();
    return new ProfileCommand(
        1,
        "default",
        TestDevice.ID,
        job,
        version,
        new Assignment.Validity(nowMs, nowMs + HOUR_MS),
        threads,
        2_000);
  }

  private void awaitStates(String job, State... states) {
    eventually().untilAsserted(() -> assertThat(states(job)).containsExactly(states));
  }

  private void awaitEvent(ErrorCode code) {
    eventually()
        .untilAsserted(
            () ->
                assertThat(device.controller.events)
                    .anyMatch(event -> event.code().equals(code.name())));
  }

  private List<State> states(String job) {
    return device.controller.profiles.stream()
        .filter(report -> report.job().equals(job))
        .map(ProfileReport::state)
        .toList();
  }

  private ProfileReport last(String job) {
    return device.controller.profiles.stream()
        .filter(report -> report.job().equals(job))
        .reduce((before, after) -> after)
        .orElseThrow();
  }

  private Progress.Failure failure(String job) {
    return last(job).failure().orElseThrow();
  }
}
