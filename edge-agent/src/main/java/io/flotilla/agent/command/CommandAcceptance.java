package io.flotilla.agent.command;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.protocol.message.DeviceCommand;
import io.flotilla.protocol.message.Progress;
import java.util.Optional;

/**
 * Whether a device obeys a command whose signature has been verified. Pure.
 *
 * <p>Commands are sent again until they are answered, so that one that is known is no reason to
 * complain; only what ends in an answer is remembered.
 */
public final class CommandAcceptance {
  private CommandAcceptance() {}

  /**
   * What the device knows.
   *
   * @param tenant its tenant
   * @param deviceId its id
   * @param seen whether it accepted a command of this id before
   * @param full whether no more can be remembered now
   * @param busyWith id of the reload or restart that has not ended, if there is one
   */
  public record Known(
      String tenant, String deviceId, boolean seen, boolean full, Optional<String> busyWith) {}

  /** What to do with a command. */
  public sealed interface Verdict {
    /** Do it. */
    record Begin() implements Verdict {}

    /** It was accepted before: nothing. */
    record AlreadyKnown() implements Verdict {}

    /** Answer that it is not done. */
    record Refuse(Progress.Failure failure) implements Verdict {}

    /**
     * Not a command to this device now: report it as an event, change nothing.
     *
     * @param code {@code ASSIGNMENT_WRONG_DEVICE}, {@code ASSIGNMENT_MALFORMED}, {@code
     *     ASSIGNMENT_EXPIRED}, or {@code CONFLICT} if there are too many
     * @param detail one sentence with the facts
     */
    record Ignore(ErrorCode code, String detail) implements Verdict {}
  }

  /** Decides. */
  public static Verdict decide(DeviceCommand command, Known known, long nowMs) {
    String id = command.id();
    if (!command.tenant().equals(known.tenant()) || !command.deviceId().equals(known.deviceId())) {
      return new Verdict.Ignore(
          ErrorCode.ASSIGNMENT_WRONG_DEVICE,
          "command %s is for device %s of tenant %s"
              .formatted(id, command.deviceId(), command.tenant()));
    }
    if (command.schema() != 1) {
      return new Verdict.Ignore(
          ErrorCode.ASSIGNMENT_MALFORMED,
          "command %s has schema %d; this agent reads 1".formatted(id, command.schema()));
    }
    if (known.seen()) {
      return new Verdict.AlreadyKnown();
    }
    return untimely(command, known, nowMs)
        .or(() -> busy(command, known))
        .orElseGet(Verdict.Begin::new);
  }

  private static Optional<Verdict> untimely(DeviceCommand command, Known known, long nowMs) {
    long late = nowMs - command.validity().expiresAtMs();
    if (late >= 0) {
      return ignore(
          ErrorCode.ASSIGNMENT_EXPIRED,
          "command %s was to be begun %d ms ago at the latest".formatted(command.id(), late));
    }
    if (late < -DeviceCommand.MAX_VALIDITY_MS) {
      return ignore(
          ErrorCode.ASSIGNMENT_MALFORMED,
          "command %s is good for more than a day from now; see to the clocks"
              .formatted(command.id()));
    }
    if (known.full()) {
      return ignore(
          ErrorCode.CONFLICT,
          "command %s is one too many: %d are remembered until they expire"
              .formatted(command.id(), CommandMemory.MAX_SEEN));
    }
    return Optional.empty();
  }

  private static Optional<Verdict> busy(DeviceCommand command, Known known) {
    return switch (command.order().kind()) {
      case PING, CAPTURE, LOG -> Optional.empty();
      case RELOAD, RESTART ->
          known
              .busyWith()
              .map(
                  other ->
                      new Verdict.Refuse(
                          new Progress.Failure(
                              ErrorCode.CONFLICT.name(),
                              "%s is busy with command %s; try again when that has ended"
                                  .formatted(known.deviceId(), other))));
    };
  }

  private static Optional<Verdict> ignore(ErrorCode code, String detail) {
    return Optional.of(new Verdict.Ignore(code, detail));
  }
}
