package io.flotilla.protocol.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.protocol.codec.MessageCodec;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ProfileMessagesTest {
  private static final VersionRef VERSION = new VersionRef("digits", 2, "ab".repeat(32));
  private static final Assignment.Validity HOUR = new Assignment.Validity(5, 3_600_005);

  @Test
  void aCommandAtItsLimitsIsTaken() {
    List<Integer> most = IntStream.rangeClosed(241, 256).boxed().toList();
    ProfileCommand command =
        command("j".repeat(64), new Assignment.Validity(0, 86_400_000), most, 600_000);
    assertThat(command.threads()).hasSize(16);
    assertThat(command("a.b_c-D", HOUR, List.of(), 1_000).threads()).isEmpty();
  }

  @Test
  void aCommandBeyondALimitIsRefused() {
    refused(() -> command("", HOUR, List.of(), 1_000));
    refused(() -> command("j".repeat(65), HOUR, List.of(), 1_000));
    refused(() -> command("a/b", HOUR, List.of(), 1_000));
    refused(() -> command("j", HOUR, IntStream.rangeClosed(1, 17).boxed().toList(), 1_000));
    refused(() -> command("j", HOUR, List.of(1, 1), 1_000));
    refused(() -> command("j", HOUR, List.of(0), 1_000));
    refused(() -> command("j", HOUR, List.of(257), 1_000));
    refused(() -> command("j", HOUR, List.of(), 999));
    refused(() -> command("j", HOUR, List.of(), 600_001));
    refused(() -> command("j", new Assignment.Validity(0, 86_400_001), List.of(), 1_000));
    refused(() -> command("j", new Assignment.Validity(5, 4), List.of(), 1_000));
    refused(() -> command("j", new Assignment.Validity(Long.MIN_VALUE, 1), List.of(), 1_000));
  }

  @Test
  void aReportWhoseStateAndContentDisagreeIsRefused() {
    Optional<ProfileReport.Figures> figures = Optional.of(figures(List.of(point(1)), 1));
    Optional<Progress.Failure> failure = Optional.of(new Progress.Failure("CONFLICT", "busy"));
    refused(() -> report(ProfileReport.State.RUNNING, figures, Optional.empty()));
    refused(() -> report(ProfileReport.State.RUNNING, Optional.empty(), failure));
    refused(() -> report(ProfileReport.State.SUCCEEDED, Optional.empty(), Optional.empty()));
    refused(() -> report(ProfileReport.State.SUCCEEDED, figures, failure));
    refused(() -> report(ProfileReport.State.FAILED, Optional.empty(), Optional.empty()));
    refused(() -> report(ProfileReport.State.FAILED, figures, failure));
  }

  @Test
  void figuresThatCannotBeTrueAreRefused() {
    refused(() -> figures(List.of(), 1));
    refused(() -> figures(List.of(point(1)), 2));
    refused(() -> figures(List.of(point(1), point(1)), 1));
    refused(
        () ->
            figures(IntStream.rangeClosed(1, 17).mapToObj(ProfileMessagesTest::point).toList(), 1));
    refused(() -> new ProfileReport.Figures(" ", false, "amd64", 2, List.of(point(1)), 1));
    refused(() -> new ProfileReport.Figures("a".repeat(65), false, "x", 2, List.of(point(1)), 1));
    refused(() -> new ProfileReport.Figures("cpu", false, "amd64", 0, List.of(point(1)), 1));
    refused(() -> point(0));
    refused(() -> point(257));
    refused(() -> new ProfileReport.Point(1, 1, 3, 2, 4, 1, 1, 1));
    refused(() -> new ProfileReport.Point(1, 1, 1, 3, 2, 1, 1, 1));
    refused(() -> new ProfileReport.Point(1, Double.NaN, 1, 2, 3, 1, 1, 1));
    refused(() -> new ProfileReport.Point(1, 1, 1, 2, Double.POSITIVE_INFINITY, 1, 1, 1));
    refused(() -> new ProfileReport.Point(1, 1, 1, Double.NaN, 3, 1, 1, 1));
    refused(() -> new ProfileReport.Point(1, 1, 1, 2, 3, -1, 1, 1));
    refused(() -> new ProfileReport.Point(1, 1, 1, 2, 3, 1, 1, -1));
  }

  @Test
  void theLargestReportFitsItsPayloadManyTimesOver() {
    List<ProfileReport.Point> most =
        IntStream.rangeClosed(1, 16).mapToObj(ProfileMessagesTest::point).toList();
    byte[] payload =
        MessageCodec.encode(
            report(
                ProfileReport.State.SUCCEEDED, Optional.of(figures(most, 16)), Optional.empty()));
    assertThat(payload.length).isLessThan(Limits.MAX_PAYLOAD_BYTES / 32);
  }

  private static void refused(ThrowingCallable making) {
    assertThatThrownBy(making)
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INPUT_INVALID));
  }

  private static ProfileCommand command(
      String job, Assignment.Validity validity, List<Integer> threads, long budgetMs) {
    return new ProfileCommand(1, "default", "d-1", job, VERSION, validity, threads, budgetMs);
  }

  private static ProfileReport report(
      ProfileReport.State state,
      Optional<ProfileReport.Figures> figures,
      Optional<Progress.Failure> failure) {
    return new ProfileReport(1, "j", VERSION, state, figures, failure, 1);
  }

  private static ProfileReport.Figures figures(List<ProfileReport.Point> points, int recommended) {
    return new ProfileReport.Figures(
        "CPUExecutionProvider", false, "amd64", 2, points, recommended);
  }

  private static ProfileReport.Point point(int threads) {
    return new ProfileReport.Point(threads, 1, 2, 3, 4, 5, 6, 7);
  }
}
