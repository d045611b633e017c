package io.flotilla.controller.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.core.BatchRunner;
import io.flotilla.controller.core.MemoryStore;
import io.flotilla.controller.core.Reason;
import io.flotilla.controller.device.DeviceDirectory;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.event.LoggedEvent;
import io.flotilla.protocol.message.CommandAnswer;
import io.flotilla.protocol.message.DeviceCommand;
import io.flotilla.protocol.message.DeviceCommand.Kind;
import io.flotilla.protocol.message.DeviceCommand.Order;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CommandsTest {
  private static final long NOW = 1_000_000;
  private static final long MINUTE_MS = 60_000;

  /** What went out to devices, in order. */
  private final List<DeviceCommand> sent = new ArrayList<>();

  private final MemoryStore store = new MemoryStore();
  private final BatchRunner runner = new BatchRunner(store);
  private final DeviceDirectory devices = new DeviceDirectory(store);
  private final EventLog events = new EventLog(store, Clock.systemUTC());
  private Commands commands = controller(7);

  private Commands controller(long seed) {
    return new Commands(
        new Commands.Naming("default", new Random(seed)), devices, events, sent::add);
  }

  @BeforeEach
  void enrol() {
    put(DeviceRecord.Identity.of(1, "1", "00"), "cam-1");
    put(DeviceRecord.Identity.of(1, "2", "00"), "cam-2");
    put(DeviceRecord.Identity.of(1, "3", "00").revokedNow(), "gone");
  }

  private void put(DeviceRecord.Identity identity, String id) {
    runner.decide(
        tx -> {
          devices.put(
              tx,
              DeviceRecord.enrolled(id, Map.of(), identity)
                  .withPresence(new DeviceRecord.Presence(true, 1, Optional.empty())));
          return true;
        });
  }

  @Test
  void aCommandIsSentUntilItsDeviceAnswersOnce() {
    DeviceCommand command = create("cam-1");
    assertThat(sent).containsExactly(command);
    tick(NOW + 4_999);
    assertThat(sent).hasSize(1);
    tick(NOW + 5_000);
    hello("cam-1", NOW + 5_001);
    hello("cam-2", NOW + 5_001);
    assertThat(sent).containsExactly(command, command, command);

    answer("cam-1", CommandAnswer.done(command, Map.of("spooledBytes", 1.0), 5));
    answer("cam-1", CommandAnswer.failed(command, ErrorCode.CONFLICT, "a second word", 6));
    tick(NOW + 60_001);
    hello("cam-1", NOW + 60_002);
    assertThat(sent).hasSize(3);
    assertThat(state(command)).isEqualTo(CommandState.DONE);
    assertThat(types()).containsExactly("io.flotilla.command.sent", "io.flotilla.command.done");
  }

  @Test
  void aCommandPastItsDeadlineIsUnansweredUntilALateAnswerComes() {
    DeviceCommand command = create("cam-1");
    tick(NOW + MINUTE_MS - 1);
    assertThat(end(command)).isEmpty();
    tick(NOW + MINUTE_MS);
    assertThat(state(command)).isEqualTo(CommandState.UNANSWERED);
    answer("cam-1", CommandAnswer.failed(command, ErrorCode.COMMAND_FAILED, "no log", 5));
    assertThat(state(command)).isEqualTo(CommandState.FAILED);
    assertThat(types())
        .containsExactly(
            "io.flotilla.command.sent",
            "io.flotilla.command.unanswered",
            "io.flotilla.command.failed");
  }

  @Test
  void aControllerThatIsBackGoesOnSendingAndExpiringUnderOtherIds() {
    DeviceCommand answered = create("cam-1");
    DeviceCommand open = create("cam-1");
    answer("cam-1", CommandAnswer.done(answered, Map.of(), 5));
    sent.clear();
    commands = controller(8);
    runner.decide(
        tx -> {
          commands.recovered(tx, NOW + 10_000);
          return true;
        });
    tick(NOW + 15_000);
    assertThat(sent).containsExactly(open);
    tick(NOW + MINUTE_MS);
    assertThat(state(open)).isEqualTo(CommandState.UNANSWERED);
    assertThat(create("cam-1").id().substring(18)).isNotEqualTo(open.id().substring(18));
  }

  @Test
  void whoWaitsIsToldOfTheEndAtOnceOrThatTheTimeIsUp() {
    DeviceCommand command = create("cam-1");
    CompletionStage<Boolean> patient = await(command, 20_000);
    CompletionStage<Boolean> hasty = await(command, 1);
    assertThat(hasty.toCompletableFuture().join()).isFalse();
    assertThat(patient.toCompletableFuture()).isNotDone();
    answer("cam-1", CommandAnswer.done(command, Map.of(), 5));
    assertThat(patient.toCompletableFuture()).isCompletedWithValue(true);
    assertThat(await(command, 20_000).toCompletableFuture()).isCompletedWithValue(true);
  }

  @Test
  void nobodyAnswersForAnotherDeviceOrWhatNobodyOrdered() {
    DeviceCommand command = create("cam-1");
    refused(
        ErrorCode.COMMAND_NOT_FOUND,
        () -> answer("cam-2", CommandAnswer.done(command, Map.of(), 5)));
    assertThat(end(command)).isEmpty();
  }

  @Test
  void shutOutDevicesAndTooManyOpenCommandsAreRefused() {
    refused(ErrorCode.CONFLICT, () -> create("gone"));
    refused(ErrorCode.DEVICE_NOT_FOUND, () -> create("nobody"));
    for (int i = 0; i < Commands.MAX_OPEN_OF_DEVICE; i++) {
      create("cam-1");
    }
    refused(ErrorCode.CONFLICT, () -> create("cam-1"));
    create("cam-2");
    runner.decide(
        tx -> {
          commands.gone(tx, "cam-1", NOW);
          return true;
        });
    create("cam-1");
  }

  @Test
  void onlyTheLastCommandsOfADeviceAreKept() {
    DeviceCommand first = create("cam-1");
    answer("cam-1", CommandAnswer.done(first, Map.of(), 5));
    for (int i = 0; i < Commands.MAX_KEPT_OF_DEVICE; i++) {
      answer("cam-1", CommandAnswer.done(create("cam-1"), Map.of(), 5));
    }
    refused(
        ErrorCode.COMMAND_NOT_FOUND,
        () -> runner.decide(tx -> commands.require(tx, "cam-1", first.id())));
    int kept = runner.decide(tx -> tx.scan(Commands.COMMANDS, "", "", 1_000).size());
    assertThat(kept).isEqualTo(Commands.MAX_KEPT_OF_DEVICE);
  }

  private DeviceCommand create(String device) {
    return runner.decide(
        tx ->
            commands.create(
                tx, device, Order.of(Kind.PING), MINUTE_MS, new Commands.Said(Reason.NONE, NOW)));
  }

  private void answer(String device, CommandAnswer answer) {
    runner.decide(
        tx -> {
          commands.answer(tx, device, answer, NOW + 7);
          return true;
        });
  }

  private void tick(long nowMs) {
    runner.decide(
        tx -> {
          commands.tick(tx, nowMs);
          return true;
        });
  }

  private void hello(String device, long nowMs) {
    runner.decide(
        tx -> {
          commands.hello(tx, device, nowMs);
          return true;
        });
  }

  private CompletionStage<Boolean> await(DeviceCommand command, long waitMs) {
    return runner.decide(tx -> commands.awaitEnd(tx, command.deviceId(), command.id(), waitMs));
  }

  private Optional<CommandEnd> end(DeviceCommand command) {
    return runner.decide(tx -> commands.end(tx, command));
  }

  private CommandState state(DeviceCommand command) {
    return end(command).orElseThrow().state();
  }

  private List<String> types() {
    return events.page(0, 100).stream().map(LoggedEvent::type).toList();
  }

  private static void refused(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(FlotillaException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
