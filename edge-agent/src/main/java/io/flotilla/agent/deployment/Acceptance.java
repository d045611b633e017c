package io.flotilla.agent.deployment;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.Limits;
import io.flotilla.protocol.message.VersionRef;
import java.util.Optional;

/**
 * Whether a device takes on an assignment whose signature has been verified. Pure.
 *
 * <p>The order of the checks matters: a number seen before is looked at before the expiry, because
 * the retained assignment comes again with every connection, for as long as it is the latest.
 */
public final class Acceptance {
  private Acceptance() {}

  /**
   * What the device knows.
   *
   * @param tenant its tenant
   * @param deviceId its id
   * @param last the last assignment that it took on or refused by number, if any
   * @param running the committed version, if it is loaded
   */
  public record Known(
      String tenant, String deviceId, Optional<Numbered> last, Optional<VersionRef> running) {}

  /**
   * An assignment that was seen.
   *
   * @param number its number
   * @param target what it asked for
   */
  public record Numbered(long number, VersionRef target) {}

  /** What to do with an assignment. */
  public sealed interface Verdict {
    /** Deploy it. */
    record Deploy() implements Verdict {}

    /** Its version runs already: report success. */
    record AlreadyRunning() implements Verdict {}

    /** It is the one in progress or finished: nothing. */
    record AlreadyKnown() implements Verdict {}

    /**
     * Refuse it for good, and report that as the end of its deployment.
     *
     * @param code {@code ASSIGNMENT_EXPIRED} or {@code DOWNGRADE_NOT_ALLOWED}
     * @param detail one sentence with the facts
     */
    record Refuse(ErrorCode code, String detail) implements Verdict {}

    /**
     * Not a command to this device now: report it as an event, change nothing.
     *
     * @param code {@code ASSIGNMENT_WRONG_DEVICE}, {@code ASSIGNMENT_REPLAYED} or {@code
     *     ASSIGNMENT_MALFORMED}
     * @param detail one sentence with the facts
     */
    record Ignore(ErrorCode code, String detail) implements Verdict {}
  }

  /** Decides. */
  public static Verdict decide(Assignment assignment, Known known, long nowMs) {
    Optional<Verdict> unfit = unfit(assignment, known);
    if (unfit.isPresent()) {
      return unfit.get();
    }
    if (known.last().isPresent()) {
      Numbered last = known.last().get();
      if (assignment.number() == last.number() && assignment.target().equals(last.target())) {
        return new Verdict.AlreadyKnown();
      }
      if (assignment.number() <= last.number()) {
        return new Verdict.Ignore(
            ErrorCode.ASSIGNMENT_REPLAYED,
            "assignment %d of %s came after assignment %d"
                .formatted(assignment.number(), assignment.target(), last.number()));
      }
    }
    if (nowMs >= assignment.validity().expiresAtMs()) {
      return new Verdict.Refuse(
          ErrorCode.ASSIGNMENT_EXPIRED,
          "assignment %d expired %d ms ago"
              .formatted(assignment.number(), nowMs - assignment.validity().expiresAtMs()));
    }
    return known.running().map(running -> beside(running, assignment)).orElse(new Verdict.Deploy());
  }

  private static Verdict beside(VersionRef running, Assignment assignment) {
    VersionRef target = assignment.target();
    if (running.equals(target)) {
      return new Verdict.AlreadyRunning();
    }
    if (running.model().equals(target.model())
        && target.version() < running.version()
        && !assignment.purpose().downgradeAllowed()) {
      return new Verdict.Refuse(
          ErrorCode.DOWNGRADE_NOT_ALLOWED,
          "%s runs and %s is older, which the assignment does not allow"
              .formatted(running, target));
    }
    return new Verdict.Deploy();
  }

  private static Optional<Verdict> unfit(Assignment assignment, Known known) {
    if (!assignment.tenant().equals(known.tenant())
        || !assignment.deviceId().equals(known.deviceId())) {
      return Optional.of(
          new Verdict.Ignore(
              ErrorCode.ASSIGNMENT_WRONG_DEVICE,
              "assignment %d is for device %s of tenant %s"
                  .formatted(assignment.number(), assignment.deviceId(), assignment.tenant())));
    }
    if (!wellFormed(assignment)) {
      return Optional.of(
          new Verdict.Ignore(
              ErrorCode.ASSIGNMENT_MALFORMED,
              "a value of assignment %d is out of range".formatted(assignment.number())));
    }
    return Optional.empty();
  }

  private static boolean wellFormed(Assignment assignment) {
    try {
      Digest.parse(assignment.target().bundle());
      Digest.parse(assignment.archive().digest());
      Digest.parse(assignment.archive().chunkList());
    } catch (FlotillaException e) {
      return false;
    }
    return assignment.schema() == 1
        && assignment.number() >= 1
        && assignment.archive().sizeBytes() >= 1
        && assignment.archive().sizeBytes() <= Limits.MAX_ARCHIVE_BYTES
        && Manifest.isName(assignment.target().model());
  }
}
