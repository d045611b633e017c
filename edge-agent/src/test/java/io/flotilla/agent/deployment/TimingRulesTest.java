package io.flotilla.agent.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TimingRulesTest {
  private static final DeploymentLimits LIMITS = new DeploymentLimits(10_000, 20, 1_000, 1);

  @Test
  void probationPassesAfterItsScores() {
    Probation probation = new Probation(100, 5, 1);
    assertThat(probation.judge(LIMITS, 24, 1, 150)).isEqualTo(new Probation.Verdict.Wait(1_100));
    assertThat(probation.judge(LIMITS, 25, 1, 150)).isEqualTo(new Probation.Verdict.Passed(20));
  }

  @Test
  void probationFailsWithTheFirstError() {
    assertThat(new Probation(100, 0, 0).judge(LIMITS, 100, 1, 150))
        .isEqualTo(new Probation.Verdict.Failed(1));
  }

  @Test
  void probationEndsWithoutTraffic() {
    Probation probation = new Probation(100, 0, 0);
    assertThat(probation.judge(LIMITS, 3, 0, 1_099)).isEqualTo(new Probation.Verdict.Wait(1_100));
    assertThat(probation.judge(LIMITS, 3, 0, 1_100)).isEqualTo(new Probation.Verdict.MakeUp(17));
  }

  @Test
  void fetchingAsksAtOnceThenEverMoreRarely() {
    FetchSchedule schedule = new FetchSchedule(new SplittableRandom(42), 1_000_000, 0);
    assertThat(schedule.askNow(0)).isTrue();
    long patience = FetchSchedule.FIRST_PATIENCE_MS;
    long nowMs = 0;
    for (int ask = 0; ask < 8; ask++) {
      schedule.asked(nowMs);
      assertThat(schedule.askNow(nowMs + patience - 1)).isFalse();
      nowMs += 2 * patience;
      assertThat(schedule.askNow(nowMs)).isTrue();
      patience = Math.min(FetchSchedule.LONGEST_PATIENCE_MS, 2 * patience);
    }
  }

  @Test
  void fetchingTimesOutOnlyWithoutAChunkOfUse() {
    FetchSchedule schedule = new FetchSchedule(new SplittableRandom(42), 5_000, 0);
    schedule.asked(0);
    assertThat(schedule.timedOut(4_999)).isFalse();
    schedule.useful(4_999);
    assertThat(schedule.timedOut(9_000)).isFalse();
    assertThat(schedule.timedOut(9_999)).isTrue();
    schedule.connected(20_000);
    assertThat(schedule.timedOut(20_001)).isFalse();
  }
}
