package io.flotilla.agent.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.agent.command.CommandAcceptance.Known;
import io.flotilla.agent.command.CommandAcceptance.Verdict;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.DeviceCommand;
import io.flotilla.protocol.message.DeviceCommand.Kind;
import io.flotilla.protocol.message.DeviceCommand.Order;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CommandAcceptanceTest {
  private static final long NOW = 1_000;
  private static final long EXPIRY = 2_000;

  @Test
  void beginsWithWhatIsNewUntilItsDeadline() {
    assertThat(decide(ping("a"), known(), NOW)).isEqualTo(new Verdict.Begin());
    assertThat(decide(ping("b"), known(), EXPIRY - 1)).isEqualTo(new Verdict.Begin());
    assertThat(code(decide(ping("b"), known(), EXPIRY))).isEqualTo(ErrorCode.ASSIGNMENT_EXPIRED);
  }

  @Test
  void doesNothingForWhatItAcceptedBeforeHoweverLate() {
    assertThat(decide(ping("a"), known(true, true), NOW)).isEqualTo(new Verdict.AlreadyKnown());
    assertThat(decide(ping("a"), known(true, false), EXPIRY + 1))
        .isEqualTo(new Verdict.AlreadyKnown());
  }

  @Test
  void ignoresWhatIsForOthersOfAnotherSchemaOrGoodForTooLong() {
    assertThat(code(decide(of(1, "default", "dev-2"), known(), NOW)))
        .isEqualTo(ErrorCode.ASSIGNMENT_WRONG_DEVICE);
    assertThat(code(decide(of(1, "other", "dev-1"), known(), NOW)))
        .isEqualTo(ErrorCode.ASSIGNMENT_WRONG_DEVICE);
    assertThat(code(decide(of(2, "default", "dev-1"), known(), NOW)))
        .isEqualTo(ErrorCode.ASSIGNMENT_MALFORMED);
    assertThat(code(decide(ping("a"), known(), EXPIRY - DeviceCommand.MAX_VALIDITY_MS - 1)))
        .isEqualTo(ErrorCode.ASSIGNMENT_MALFORMED);
  }

  @Test
  void obeysNoMoreThanItCanRemember() {
    assertThat(code(decide(ping("new"), known(false, true), NOW))).isEqualTo(ErrorCode.CONFLICT);
  }

  @Test
  void reloadsAndRestartsOneAtATimeAndAnswersTheRestMeanwhile() {
    Known busy = new Known("default", "dev-1", false, false, Optional.of("reload-1"));
    for (Kind kind : List.of(Kind.RELOAD, Kind.RESTART)) {
      assertThat(decide(of("a", Order.of(kind)), busy, NOW))
          .isInstanceOfSatisfying(
              Verdict.Refuse.class,
              refusal -> assertThat(refusal.failure().code()).isEqualTo("CONFLICT"));
    }
    for (Order order : List.of(Order.of(Kind.PING), Order.log(1), Order.capture(1, 1_000))) {
      assertThat(decide(of("a", order), busy, NOW)).isEqualTo(new Verdict.Begin());
    }
  }

  private static Verdict decide(DeviceCommand command, Known known, long nowMs) {
    return CommandAcceptance.decide(command, known, nowMs);
  }

  private static ErrorCode code(Verdict verdict) {
    return ((Verdict.Ignore) verdict).code();
  }

  private static Known known() {
    return known(false, false);
  }

  private static Known known(boolean seen, boolean full) {
    return new Known("default", "dev-1", seen, full, Optional.empty());
  }

  private static DeviceCommand ping(String id) {
    return of(id, Order.of(Kind.PING));
  }

  private static DeviceCommand of(String id, Order order) {
    return new DeviceCommand(1, "default", "dev-1", id, new Assignment.Validity(0, EXPIRY), order);
  }

  private static DeviceCommand of(int schema, String tenant, String device) {
    return new DeviceCommand(
        schema, tenant, device, "a", new Assignment.Validity(0, EXPIRY), Order.of(Kind.PING));
  }
}
