package io.flotilla.agent.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.agent.deployment.Acceptance.Known;
import io.flotilla.agent.deployment.Acceptance.Numbered;
import io.flotilla.agent.deployment.Acceptance.Verdict;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.VersionRef;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AcceptanceTest {
  private static final VersionRef V1 = new VersionRef("digits", 1, "1".repeat(64));
  private static final VersionRef V2 = new VersionRef("digits", 2, "2".repeat(64));
  private static final VersionRef OTHER = new VersionRef("gas", 1, "3".repeat(64));
  private static final long NOW = 1_000;
  private static final long EXPIRY = 2_000;

  @Test
  void takesOnTheFirstAndEveryHigherNumber() {
    assertThat(decide(assignment(1, V1), known(0, V1, null))).isEqualTo(new Verdict.Deploy());
    assertThat(decide(assignment(9, V2), known(8, V1, V1))).isEqualTo(new Verdict.Deploy());
    assertThat(decide(assignment(9, OTHER), known(8, V2, V2))).isEqualTo(new Verdict.Deploy());
  }

  @Test
  void doesNothingForTheNumberItKnowsEvenAfterExpiry() {
    assertThat(Acceptance.decide(assignment(8, V1), known(8, V1, V1), EXPIRY + 1))
        .isEqualTo(new Verdict.AlreadyKnown());
  }

  @Test
  void reportsReplays() {
    assertThat(code(decide(assignment(7, V1), known(8, V1, V1))))
        .isEqualTo(ErrorCode.ASSIGNMENT_REPLAYED);
    assertThat(code(decide(assignment(8, V2), known(8, V1, V1))))
        .as("the same number with another target")
        .isEqualTo(ErrorCode.ASSIGNMENT_REPLAYED);
  }

  @Test
  void refusesFromTheMomentOfExpiryOn() {
    assertThat(Acceptance.decide(assignment(1, V1), known(0, V1, null), EXPIRY - 1))
        .isEqualTo(new Verdict.Deploy());
    assertThat(code(Acceptance.decide(assignment(1, V1), known(0, V1, null), EXPIRY)))
        .isEqualTo(ErrorCode.ASSIGNMENT_EXPIRED);
  }

  @Test
  void refusesADowngradeUnlessAllowed() {
    assertThat(code(decide(assignment(9, V1), known(8, V2, V2))))
        .isEqualTo(ErrorCode.DOWNGRADE_NOT_ALLOWED);
    Assignment undo = with(assignment(9, V1), "dev-1", new Assignment.Purpose("undo", true));
    assertThat(decide(undo, known(8, V2, V2))).isEqualTo(new Verdict.Deploy());
  }

  @Test
  void isDoneAtOnceWhenTheVersionRuns() {
    assertThat(decide(assignment(9, V1), known(8, V1, V1))).isEqualTo(new Verdict.AlreadyRunning());
  }

  @Test
  void ignoresWhatIsForOthersOrOutOfRange() {
    Assignment others = with(assignment(9, V1), "dev-2", new Assignment.Purpose("r", false));
    assertThat(code(decide(others, known(0, V1, null))))
        .isEqualTo(ErrorCode.ASSIGNMENT_WRONG_DEVICE);
    assertThat(code(decide(assignment(0, V1), known(0, V1, null))))
        .isEqualTo(ErrorCode.ASSIGNMENT_MALFORMED);
    assertThat(
            code(
                decide(
                    assignment(1, new VersionRef("../up", 1, "1".repeat(64))), known(0, V1, null))))
        .isEqualTo(ErrorCode.ASSIGNMENT_MALFORMED);
    assertThat(code(decide(assignment(1, new VersionRef("digits", 1, "zz")), known(0, V1, null))))
        .isEqualTo(ErrorCode.ASSIGNMENT_MALFORMED);
  }

  private static Verdict decide(Assignment assignment, Known known) {
    return Acceptance.decide(assignment, known, NOW);
  }

  private static ErrorCode code(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Refuse refuse -> refuse.code();
      case Verdict.Ignore ignore -> ignore.code();
      case Verdict.Deploy v -> throw new AssertionError(v);
      case Verdict.AlreadyKnown v -> throw new AssertionError(v);
      case Verdict.AlreadyRunning v -> throw new AssertionError(v);
    };
  }

  private static Known known(long last, VersionRef target, @Nullable VersionRef running) {
    return new Known(
        "default",
        "dev-1",
        last == 0 ? Optional.empty() : Optional.of(new Numbered(last, target)),
        Optional.ofNullable(running));
  }

  private static Assignment assignment(long number, VersionRef target) {
    return new Assignment(
        1,
        "default",
        "dev-1",
        number,
        target,
        new Assignment.Archive(100, "b".repeat(64), "c".repeat(64)),
        new Assignment.Validity(0, EXPIRY),
        new Assignment.Purpose("r", false));
  }

  private static Assignment with(Assignment a, String device, Assignment.Purpose purpose) {
    return new Assignment(
        1, a.tenant(), device, a.number(), a.target(), a.archive(), a.validity(), purpose);
  }
}
