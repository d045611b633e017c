package io.flotilla.controller.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.controller.alert.AlertMachine.Notice;
import io.flotilla.controller.alert.AlertMachine.Seen;
import io.flotilla.controller.alert.AlertMachine.Step;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AlertMachineTest {
  private static final long NOW = 1_000_000_000;
  private static final Seen HOLDS = new Seen(true, List.of("device/a"), 1);

  private static AlertRule rule(long forSeconds, Optional<Long> repeatSeconds) {
    return new AlertRule(
        "r",
        new Condition(
            Condition.Kind.DRIFTING,
            "*",
            Optional.empty(),
            Optional.empty(),
            Optional.of(1),
            Optional.empty()),
        new AlertRule.Terms(forSeconds, repeatSeconds, Optional.empty()),
        AlertRule.Severity.WARNING,
        "",
        "anna",
        1);
  }

  /** One alert, looked at again and again. */
  private static final class Watched {
    private final AlertRule rule;
    private Optional<Alert> alert = Optional.empty();
    private long nowMs = NOW;

    Watched(AlertRule rule) {
      this.rule = rule;
    }

    Optional<Notice> look(long afterMs, boolean holds, boolean silenced) {
      nowMs += afterMs;
      Alert before = alert.orElseGet(() -> AlertMachine.begin(rule, "", nowMs));
      Step step = AlertMachine.step(rule, before, holds ? HOLDS : Seen.NOTHING, silenced, nowMs);
      alert = step.after();
      return step.notice();
    }
  }

  @Test
  void firesOnceItHasHeldForLongEnoughAndResolvesWhenItDoesNot() {
    Watched watched = new Watched(rule(60, Optional.empty()));
    assertThat(watched.look(0, true, false)).isEmpty();
    assertThat(watched.look(30_000, true, false)).isEmpty();
    assertThat(watched.look(29_999, true, false)).isEmpty();
    assertThat(watched.look(1, true, false)).contains(Notice.FIRING);
    assertThat(watched.look(5_000, true, false)).isEmpty();
    assertThat(watched.look(5_000, false, false)).contains(Notice.RESOLVED);
    assertThat(watched.alert).isEmpty();
  }

  @Test
  void whatDoesNotHoldThroughoutIsNeverTold() {
    Watched watched = new Watched(rule(60, Optional.empty()));
    for (int i = 0; i < 10; i++) {
      assertThat(watched.look(50_000, true, false)).isEmpty();
      assertThat(watched.look(5_000, true, false)).isEmpty();
      assertThat(watched.look(5_000, false, false)).isEmpty();
    }
  }

  @Test
  void repeatsAfterItsTimeAndOnlyWhereItIsAskedTo() {
    Watched watched = new Watched(rule(0, Optional.of(60L)));
    assertThat(watched.look(0, true, false)).contains(Notice.FIRING);
    assertThat(watched.look(59_999, true, false)).isEmpty();
    assertThat(watched.look(1, true, false)).contains(Notice.FIRING);
    assertThat(watched.look(-3_600_000, true, false)).as("set back").contains(Notice.FIRING);
    Watched once = new Watched(rule(0, Optional.empty()));
    assertThat(once.look(0, true, false)).contains(Notice.FIRING);
    assertThat(once.look(86_400_000, true, false)).isEmpty();
  }

  @Test
  void aSilenceTellsNothingAndItsEndTellsWhatStillFires() {
    Watched watched = new Watched(rule(0, Optional.empty()));
    assertThat(watched.look(0, true, true)).isEmpty();
    assertThat(watched.alert.orElseThrow().state()).isEqualTo(Alert.State.FIRING);
    assertThat(watched.look(5_000, true, false)).contains(Notice.FIRING);
    assertThat(watched.look(5_000, false, true)).as("resolved in silence").isEmpty();
    Watched unseen = new Watched(rule(0, Optional.empty()));
    assertThat(unseen.look(0, true, true)).isEmpty();
    assertThat(unseen.look(5_000, false, false)).as("nobody was told of it").isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void aClockThatJumpsFiresNothingEarlyAndForgetsNothing(long seed) {
    System.out.println("seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int run = 0; run < 200; run++) {
      Watched watched = new Watched(rule(600, Optional.empty()));
      var _ = watched.look(0, true, false);
      long held = 0;
      boolean fired = false;
      for (int i = 0; i < 1_000 && !fired; i++) {
        long real = random.nextLong(1, 20_000);
        boolean jumps = random.nextInt(50) == 0;
        long jump = jumps ? random.nextLong(-86_400_000, 86_400_000) : 0;
        fired = watched.look(real + jump, true, false).isPresent();
        // A jump adds at most one longest step, and costs at most the time of its look.
        held += jumps ? Math.clamp(real + jump, 0, AlertMachine.MAX_STEP_MS) : real;
        assertThat(fired).isEqualTo(held >= 600_000);
      }
      assertThat(fired).isTrue();
    }
  }
}
