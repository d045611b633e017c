package io.flotilla.agent.profiling;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.agent.profiling.ProfileAcceptance.Known;
import io.flotilla.agent.profiling.ProfileAcceptance.Verdict;
import io.flotilla.agent.profiling.ProfileMemory.Seen;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.ProfileCommand;
import io.flotilla.protocol.message.VersionRef;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ProfileAcceptanceTest {
  private static final VersionRef VERSION = new VersionRef("digits", 1, "1".repeat(64));
  private static final long NOW = 1_000;
  private static final long EXPIRY = 2_000;

  @Test
  void beginsWithWhatIsNew() {
    assertThat(decide(command("a"), known(List.of()), NOW)).isEqualTo(new Verdict.Begin());
    assertThat(decide(command("b"), known(seen("a")), EXPIRY - 1)).isEqualTo(new Verdict.Begin());
  }

  @Test
  void doesNothingForTheLastOneEvenAfterItsExpiry() {
    assertThat(decide(command("b"), known(seen("a", "b")), EXPIRY + 1))
        .isEqualTo(new Verdict.AlreadyKnown());
  }

  @Test
  void reportsReplays() {
    assertThat(code(decide(command("a"), known(seen("a", "b")), NOW)))
        .isEqualTo(ErrorCode.ASSIGNMENT_REPLAYED);
  }

  @Test
  void ignoresWhatHasExpiredOrIsGoodForTooLong() {
    assertThat(code(decide(command("a"), known(List.of()), EXPIRY)))
        .isEqualTo(ErrorCode.ASSIGNMENT_EXPIRED);
    assertThat(
            code(
                decide(
                    command("a"), known(List.of()), EXPIRY - ProfileCommand.MAX_VALIDITY_MS - 1)))
        .isEqualTo(ErrorCode.ASSIGNMENT_MALFORMED);
  }

  @Test
  void ignoresWhatIsForOthersOrOutOfRange() {
    assertThat(code(decide(to("other", "dev-1"), known(List.of()), NOW)))
        .isEqualTo(ErrorCode.ASSIGNMENT_WRONG_DEVICE);
    assertThat(code(decide(to("default", "dev-2"), known(List.of()), NOW)))
        .isEqualTo(ErrorCode.ASSIGNMENT_WRONG_DEVICE);
    assertThat(code(decide(of(2, VERSION), known(List.of()), NOW)))
        .isEqualTo(ErrorCode.ASSIGNMENT_MALFORMED);
    assertThat(
            code(decide(of(1, new VersionRef("../up", 1, "1".repeat(64))), known(List.of()), NOW)))
        .isEqualTo(ErrorCode.ASSIGNMENT_MALFORMED);
    assertThat(code(decide(of(1, new VersionRef("digits", 1, "../..")), known(List.of()), NOW)))
        .isEqualTo(ErrorCode.ASSIGNMENT_MALFORMED);
  }

  @Test
  void remembersNoMoreThanItsLimitAndForgetsOnlyWhatHasExpired() {
    List<Seen> full =
        IntStream.range(0, ProfileMemory.MAX_SEEN)
            .mapToObj(i -> new Seen("job-" + i, EXPIRY))
            .toList();
    assertThat(code(decide(command("a"), known(full), NOW))).isEqualTo(ErrorCode.CONFLICT);
    List<Seen> room =
        IntStream.range(0, full.size()).mapToObj(i -> i == 0 ? old() : full.get(i)).toList();
    assertThat(decide(command("a"), known(room), NOW)).isEqualTo(new Verdict.Begin());
    assertThat(ProfileMemory.live(room, NOW)).hasSize(full.size() - 1).doesNotContain(old());
  }

  @Test
  void refusesASecondJobWhileOneIsUnderWay() {
    Verdict verdict =
        decide(command("b"), new Known("default", "dev-1", seen("a"), Optional.of(VERSION)), NOW);
    assertThat(verdict)
        .isInstanceOfSatisfying(
            Verdict.Refuse.class,
            refuse -> {
              assertThat(refuse.failure().code()).isEqualTo(ErrorCode.CONFLICT.name());
              assertThat(refuse.failure().detail()).startsWith("dev-1 is profiling digits:1");
            });
  }

  private static Seen old() {
    return new Seen("old", NOW);
  }

  private static Verdict decide(ProfileCommand command, Known known, long nowMs) {
    return ProfileAcceptance.decide(command, known, nowMs);
  }

  private static ErrorCode code(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Ignore ignore -> ignore.code();
      case Verdict.Refuse v -> throw new AssertionError(v);
      case Verdict.AlreadyKnown v -> throw new AssertionError(v);
      case Verdict.Begin v -> throw new AssertionError(v);
    };
  }

  private static Known known(List<Seen> seen) {
    return new Known("default", "dev-1", seen, Optional.empty());
  }

  private static List<Seen> seen(String... jobs) {
    return List.of(jobs).stream().map(job -> new Seen(job, EXPIRY)).toList();
  }

  private static ProfileCommand command(String job) {
    return command(1, "default", "dev-1", job, VERSION);
  }

  private static ProfileCommand to(String tenant, String device) {
    return command(1, tenant, device, "a", VERSION);
  }

  private static ProfileCommand of(int schema, VersionRef version) {
    return command(schema, "default", "dev-1", "a", version);
  }

  private static ProfileCommand command(
      int schema, String tenant, String device, String job, VersionRef version) {
    return new ProfileCommand(
        schema, tenant, device, job, version, new Assignment.Validity(0, EXPIRY), List.of(), 1_000);
  }
}
