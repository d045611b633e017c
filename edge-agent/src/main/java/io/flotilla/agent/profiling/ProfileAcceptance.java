package io.flotilla.agent.profiling;

import io.flotilla.agent.profiling.ProfileMemory.Seen;
import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.protocol.message.ProfileCommand;
import io.flotilla.protocol.message.Progress;
import io.flotilla.protocol.message.VersionRef;
import java.util.List;
import java.util.Optional;

/**
 * Whether a device obeys a profile command whose signature has been verified. Pure.
 *
 * <p>Only what ends in a report of the job is remembered, so that nobody fills the disk with old
 * commands: at most {@link ProfileMemory#MAX_SEEN} within their validity of a day.
 */
public final class ProfileAcceptance {
  private ProfileAcceptance() {}

  /**
   * What the device knows.
   *
   * @param tenant its tenant
   * @param deviceId its id
   * @param seen commands accepted before, oldest first
   * @param busyWith the version being measured, if any
   */
  public record Known(
      String tenant, String deviceId, List<Seen> seen, Optional<VersionRef> busyWith) {}

  /** What to do with a command. */
  public sealed interface Verdict {
    /** Measure, if the version is here. */
    record Begin() implements Verdict {}

    /** It is the last one, delivered again: nothing. */
    record AlreadyKnown() implements Verdict {}

    /** Report the job as failed. */
    record Refuse(Progress.Failure failure) implements Verdict {}

    /**
     * Not a command to this device now: report it as an event, change nothing.
     *
     * @param code {@code ASSIGNMENT_WRONG_DEVICE}, {@code ASSIGNMENT_MALFORMED}, {@code
     *     ASSIGNMENT_REPLAYED}, {@code ASSIGNMENT_EXPIRED}, or {@code CONFLICT} if there are too
     *     many
     * @param detail one sentence with the facts
     */
    record Ignore(ErrorCode code, String detail) implements Verdict {}
  }

  /** Decides. */
  public static Verdict decide(ProfileCommand command, Known known, long nowMs) {
    Optional<Verdict> unfit = unfit(command, known, nowMs);
    if (unfit.isPresent()) {
      return unfit.get();
    }
    return known
        .busyWith()
        .<Verdict>map(
            version ->
                new Verdict.Refuse(
                    new Progress.Failure(
                        ErrorCode.CONFLICT.name(),
                        "%s is profiling %s; try again when that has ended"
                            .formatted(known.deviceId(), version))))
        .orElseGet(Verdict.Begin::new);
  }

  private static Optional<Verdict> unfit(ProfileCommand command, Known known, long nowMs) {
    String job = command.job();
    if (!command.tenant().equals(known.tenant()) || !command.deviceId().equals(known.deviceId())) {
      return ignore(
          ErrorCode.ASSIGNMENT_WRONG_DEVICE,
          "profile command %s is for device %s of tenant %s"
              .formatted(job, command.deviceId(), command.tenant()));
    }
    if (!wellFormed(command)) {
      return ignore(
          ErrorCode.ASSIGNMENT_MALFORMED,
          "a value of profile command %s is out of range".formatted(job));
    }
    List<Seen> seen = known.seen();
    if (!seen.isEmpty() && seen.getLast().job().equals(job)) {
      return Optional.of(new Verdict.AlreadyKnown());
    }
    if (seen.stream().anyMatch(one -> one.job().equals(job))) {
      return ignore(
          ErrorCode.ASSIGNMENT_REPLAYED,
          "profile command %s came again after %s".formatted(job, seen.getLast().job()));
    }
    long late = nowMs - command.validity().expiresAtMs();
    if (late >= 0) {
      return ignore(
          ErrorCode.ASSIGNMENT_EXPIRED,
          "profile command %s expired %d ms ago".formatted(job, late));
    }
    if (late < -ProfileCommand.MAX_VALIDITY_MS) {
      return ignore(
          ErrorCode.ASSIGNMENT_MALFORMED,
          "profile command %s is good for more than a day from now; see to the clocks"
              .formatted(job));
    }
    if (ProfileMemory.live(seen, nowMs).size() >= ProfileMemory.MAX_SEEN) {
      return ignore(
          ErrorCode.CONFLICT,
          "profile command %s is one too many: %d are remembered until they expire"
              .formatted(job, ProfileMemory.MAX_SEEN));
    }
    return Optional.empty();
  }

  private static Optional<Verdict> ignore(ErrorCode code, String detail) {
    return Optional.of(new Verdict.Ignore(code, detail));
  }

  private static boolean wellFormed(ProfileCommand command) {
    try {
      Digest.parse(command.version().bundle());
    } catch (FlotillaException e) {
      return false;
    }
    return command.schema() == 1 && Manifest.isName(command.version().model());
  }
}
