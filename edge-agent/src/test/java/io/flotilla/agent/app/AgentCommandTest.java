package io.flotilla.agent.app;

import static io.flotilla.agent.testing.Eventually.eventually;
import static io.flotilla.agent.testing.TestBundle.input;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.flotilla.agent.testing.TestBundle;
import io.flotilla.agent.testing.TestDevice;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.signing.Dsse;
import io.flotilla.bundle.signing.SigningKey;
import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.Capture;
import io.flotilla.protocol.message.CommandAnswer;
import io.flotilla.protocol.message.DeploymentState;
import io.flotilla.protocol.message.DeviceCommand;
import io.flotilla.protocol.message.DeviceCommand.Kind;
import io.flotilla.protocol.message.DeviceCommand.Order;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentCommandTest {
  private static final long HOUR_MS = 3_600_000;
  private static final List<String> LOG = List.of("one", "two", "three");

  @TempDir Path root;
  private TestDevice device;
  private RestartableAgent restartable;

  @BeforeEach
  void start() {
    device = new TestDevice(root);
    restartable = begin();
  }

  @AfterEach
  void stop() {
    restartable.close();
    device.close();
  }

  private RestartableAgent begin() {
    return device.startRestartable(
        lines -> LOG.subList(Math.max(0, LOG.size() - lines), LOG.size()));
  }

  @Test
  void answersAPingOnceHoweverOftenItComesAndInWhicheverLife() {
    device.controller.command(command("a", Order.of(Kind.PING)));
    assertThat(answer("a").failure()).isEmpty();
    assertThat(answer("a").measurements()).containsKey("spooledMessages");
    device.controller.command(command("a", Order.of(Kind.PING)));
    restartable.close();
    restartable = begin();
    device.controller.command(command("a", Order.of(Kind.PING)));
    device.controller.command(command("last", Order.of(Kind.PING)));
    answer("last");
    assertThat(device.controller.answers)
        .extracting(CommandAnswer::command)
        .containsExactly("a", "last");
    assertThat(device.controller.events).isEmpty();
  }

  @Test
  void sendsTheLastLinesOfItsLog() {
    device.controller.command(command("log", Order.log(2)));
    assertThat(answer("log").lines()).containsExactly("two", "three");
  }

  @Test
  void keepsMoreInputsUntilTheTimeIsOverEvenAfterAStart() {
    TestBundle quarter =
        TestBundle.make(root, 1, TestBundle.Content.of(1).withSampleRate(0.25), device.publisher);
    deployed(quarter);
    score(40);
    restartable.agent().flush();
    eventually().until(() -> device.controller.predictions.size() == 40);
    assertThat(inputs()).as("a quarter of 40 by the model's policy").isBetween(1L, 30L);

    device.controller.command(command("all", Order.capture(1, HOUR_MS)));
    assertThat(answer("all").measurements().get("untilUnixMs"))
        .isCloseTo(Clock.systemUTC().millis() + (double) HOUR_MS, offset(60_000.0));
    restartable.close();
    restartable = begin();
    eventually().until(() -> restartable.agent().snapshot().running().isPresent());
    long before = inputs();
    score(20);
    restartable.agent().flush();
    eventually().until(() -> device.controller.predictions.size() == 60);
    assertThat(inputs() - before).isEqualTo(20);
  }

  @Test
  void reloadsTheRunningVersionFromItsDiskAndSaysWhatIsWrongThere() throws Exception {
    TestBundle bundle = deployed(1);
    device.controller.command(command("good", Order.of(Kind.RELOAD)));
    assertThat(answer("good").failure()).isEmpty();
    assertThat(answer("good").measurements().get("loadMillis")).isPositive();
    assertThat(restartable.agent().score(input(1)).version()).isEqualTo(bundle.version());

    Path slot = device.folder().resolve("slots").resolve(bundle.version().bundle());
    Files.write(slot.resolve("assets/ballast.bin"), new byte[] {1, 2, 3});
    device.controller.command(command("bad", Order.of(Kind.RELOAD)));
    assertThat(answer("bad").failure().orElseThrow().code())
        .isEqualTo(ErrorCode.BUNDLE_DIGEST_MISMATCH.name());
    assertThat(restartable.agent().score(input(1)).version())
        .as("the copy in memory goes on")
        .isEqualTo(bundle.version());
  }

  @Test
  void aReloadWithoutAVersionSaysSo() {
    device.controller.command(command("none", Order.of(Kind.RELOAD)));
    assertThat(answer("none").failure().orElseThrow().detail()).startsWith("it runs no version");
  }

  @Test
  void startsAnewOnceAndAnswersInItsNextLife() {
    TestBundle bundle = deployed(1);
    DeviceCommand restart = command("restart", Order.of(Kind.RESTART));
    Agent before = restartable.agent();
    device.controller.command(restart);
    assertThat(answer("restart").measurements()).containsEntry("lives", 2.0);
    eventually().until(() -> restartable.agent() != before);
    device.controller.command(restart);
    device.controller.command(command("last", Order.of(Kind.PING)));
    answer("last");
    assertThat(restartable.agent().snapshot().bootId()).startsWith("2-");
    assertThat(restartable.agent().score(input(1)).version()).isEqualTo(bundle.version());
    assertThat(device.controller.answers).hasSize(2);
  }

  @Test
  void aProcessThatCannotStartAgentsAnewAndKeepsNoLogSaysSo() {
    restartable.close();
    try (Agent plain = device.start()) {
      device.controller.command(command("restart", Order.of(Kind.RESTART)));
      device.controller.command(command("log", Order.log(5)));
      assertThat(answer("restart").failure().orElseThrow().code()).isEqualTo("COMMAND_FAILED");
      assertThat(answer("log").failure().orElseThrow().code()).isEqualTo("COMMAND_FAILED");
      assertThat(plain.snapshot().connected()).isTrue();
    }
  }

  @Test
  void obeysNoForgedMisdirectedMalformedOrExpiredCommand() {
    DeviceCommand good = command("never", Order.of(Kind.PING));
    device.controller.command(
        Dsse.sign(DeviceCommand.PAYLOAD_TYPE, MessageCodec.encode(good), SigningKey.generate()));
    awaitEvent(ErrorCode.ASSIGNMENT_SIGNATURE_INVALID);
    device.controller.command(
        Dsse.sign(DeviceCommand.PAYLOAD_TYPE, new byte[] {1}, device.controllerKey));
    awaitEvent(ErrorCode.ASSIGNMENT_MALFORMED);
    device.controller.command(
        new DeviceCommand(1, "default", "dev-2", "never", good.validity(), good.order()));
    awaitEvent(ErrorCode.ASSIGNMENT_WRONG_DEVICE);
    device.controller.command(
        new DeviceCommand(
            1,
            "default",
            TestDevice.ID,
            "never",
            new Assignment.Validity(0, 1),
            Order.of(Kind.PING)));
    awaitEvent(ErrorCode.ASSIGNMENT_EXPIRED);
    device.controller.command(new byte[] {1, 2, 3});
    device.controller.command(command("good", Order.of(Kind.PING)));
    answer("good");
    assertThat(device.controller.answers)
        .extracting(CommandAnswer::command)
        .containsExactly("good");
  }

  private TestBundle deployed(int version) {
    return deployed(device.bundle(version, version));
  }

  private TestBundle deployed(TestBundle bundle) {
    int version = bundle.version().version();
    device.controller.assign(device.assignment(version, bundle), bundle);
    eventually()
        .untilAsserted(
            () ->
                assertThat(device.controller.states(version)).endsWith(DeploymentState.COMMITTED));
    eventually()
        .until(
            () -> restartable.agent().snapshot().running().equals(Optional.of(bundle.version())));
    return bundle;
  }

  private void score(int rows) {
    for (int i = 0; i < rows; i++) {
      var _ = restartable.agent().score(input(i));
    }
  }

  private long inputs() {
    return device.controller.predictions.stream()
        .map(Capture.Prediction::input)
        .filter(Optional::isPresent)
        .count();
  }

  private CommandAnswer answer(String id) {
    eventually()
        .until(() -> device.controller.answers.stream().anyMatch(a -> a.command().equals(id)));
    return device.controller.answers.stream()
        .filter(answer -> answer.command().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private void awaitEvent(ErrorCode code) {
    eventually()
        .until(
            () ->
                device.controller.events.stream()
                    .anyMatch(event -> event.code().equals(code.name())));
  }

  private static DeviceCommand command(String id, Order order) {
    long nowMs = Clock.systemUTC().millis();
    return new DeviceCommand(
        1, "default", TestDevice.ID, id, new Assignment.Validity(nowMs, nowMs + HOUR_MS), order);
  }
}
