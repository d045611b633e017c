package io.flotilla.rollout.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.rollout.engine.RolloutAction.Assign;
import io.flotilla.rollout.engine.RolloutEngine.Step;
import io.flotilla.rollout.gate.Verdict;
import io.flotilla.rollout.plan.GatePlan;
import io.flotilla.rollout.plan.Gates;
import io.flotilla.rollout.plan.Pace;
import io.flotilla.rollout.plan.Schedule;
import io.flotilla.rollout.plan.WavePlan;
import io.flotilla.rollout.plan.WaveSize;
import io.flotilla.rollout.window.Window;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class PaceAndTimeTest {
  private static final long SECOND = 1000;
  private static final long HOUR = 3_600_000;

  private final List<String> assigned = new ArrayList<>();
  private Clocks clocks = new Clocks(Instant.parse("2026-06-01T00:00:00Z").toEpochMilli(), 0);
  private MemoryFleet fleet = Plans.waves(Plans.ALL).fleet(1);

  @Test
  void oneDecisionLooksAtAsManyDevicesAsItMayAndSaysThatThereIsMore() {
    fleet = Plans.waves(Plans.ALL).fleet(1_200);
    Step first = apply(new RolloutInput.Start());
    assertThat(assigned).hasSize(RolloutEngine.SLICE);
    assertThat(first.more()).isTrue();
    assertThat(apply(new RolloutInput.Tick()).more()).isTrue();
    assertThat(apply(new RolloutInput.Tick()).more()).isFalse();
    assertThat(assigned).hasSize(1_200).doesNotHaveDuplicates();
  }

  @Test
  void theRateGrowsWithSuccess() {
    Pace.Rate rate = new Pace.Rate(60, 2, 10, 300);
    assertThat(rate.after(0)).isEqualTo(60);
    assertThat(rate.after(9)).isEqualTo(60);
    assertThat(rate.after(10)).isEqualTo(120);
    assertThat(rate.after(25)).isEqualTo(240);
    assertThat(rate.after(1_000_000)).isEqualTo(300);
  }

  @Test
  void devicesHaveTheirTurnAtTheRateAndNotFaster() {
    fleet = paced(new Pace(Optional.of(Pace.Rate.steady(60)), Pace.MAX_DEVICES), 100);
    apply(new RolloutInput.Start());
    assertThat(assigned).hasSize(2);
    for (int second = 1; second <= 30; second++) {
      pass(SECOND);
    }
    assertThat(assigned).hasSize(32);
  }

  @Test
  void noMoreAreInFlightThanThePlanAllows() {
    fleet = paced(new Pace(Optional.empty(), 3), 10);
    apply(new RolloutInput.Start());
    assertThat(assigned).hasSize(3);
    apply(new RolloutInput.Committed("sim-00002", 1));
    assertThat(assigned).hasSize(4);
  }

  @Test
  void undoGoesAtTheSamePace() {
    fleet = paced(new Pace(Optional.of(Pace.Rate.steady(60)), Pace.MAX_DEVICES), 20);
    apply(new RolloutInput.Start());
    for (int second = 1; second <= 20; second++) {
      pass(SECOND);
    }
    assertThat(assigned).hasSize(20);
    apply(new RolloutInput.Undo("bad"));
    assertThat(fleet.rollout.tally().of(TargetState.UNDOING)).isEqualTo(2);
    pass(SECOND);
    assertThat(fleet.rollout.tally().of(TargetState.UNDOING)).isEqualTo(3);
  }

  @Test
  void aClockThatJumpsForwardsNeitherTimesOutNorHurries() {
    fleet = paced(new Pace(Optional.of(Pace.Rate.steady(60)), Pace.MAX_DEVICES), 100);
    apply(new RolloutInput.Start());
    pass(1000 * HOUR);
    assertThat(fleet.rollout.failures()).isZero();
    assertThat(assigned).hasSize(4);
  }

  @Test
  void aClockThatJumpsBackwardsHoldsNothingUp() {
    fleet = paced(new Pace(Optional.of(Pace.Rate.steady(60)), Pace.MAX_DEVICES), 100);
    apply(new RolloutInput.Start());
    pass(-1000 * HOUR);
    assertThat(assigned).hasSize(2);
    pass(SECOND);
    assertThat(assigned).hasSize(3);
    for (int second = 0; second < Plans.TIMEOUT_SECONDS; second++) {
      pass(SECOND);
    }
    assertThat(fleet.rollout.state()).isEqualTo(RolloutState.HALTED);
  }

  @Test
  void waitsForItsStartTime() {
    OptionalLong startAtMs = OptionalLong.of(clocks.wallMs() + HOUR);
    fleet = scheduled(new Schedule(startAtMs, Optional.empty(), false, OptionalInt.empty()), 1);
    apply(new RolloutInput.Start());
    assertThat(fleet.rollout.state()).isEqualTo(RolloutState.SCHEDULED);
    pass(HOUR - 1);
    assertThat(assigned).isEmpty();
    pass(1);
    assertThat(assigned).hasSize(1);
  }

  @Test
  void eachDeviceWaitsForTheWindowOfItsOwnZone() {
    Window nightly =
        new Window(
            List.of("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"), "02:00", "04:00", "device");
    fleet =
        scheduled(
            new Schedule(OptionalLong.empty(), Optional.of(nightly), false, OptionalInt.empty()),
            3);
    fleet.zones.put("sim-00001", ZoneId.of("Europe/Paris"));
    fleet.zones.put("sim-00002", ZoneId.of("America/New_York"));
    apply(new RolloutInput.Start());
    assertThat(assigned).containsExactly("sim-00001");
    for (int hour = 1; hour <= 2; hour++) {
      pass(HOUR);
    }
    assertThat(assigned).containsExactly("sim-00001", "sim-00003");
    apply(new RolloutInput.Committed("sim-00001", 1));
    apply(new RolloutInput.Committed("sim-00003", 1));
    for (int hour = 3; hour <= 6; hour++) {
      pass(HOUR);
    }
    assertThat(assigned).containsExactly("sim-00001", "sim-00003", "sim-00002");
  }

  @Test
  void aTotalTimeoutHalts() {
    fleet =
        Plans.waves(WaveSize.devices(1), Plans.ALL)
            .schedule(
                new Schedule(OptionalLong.empty(), Optional.empty(), false, OptionalInt.of(30)))
            .fleet(2);
    apply(new RolloutInput.Start());
    for (int i = 0; i < 3; i++) {
      pass(10 * SECOND);
    }
    assertThat(fleet.rollout.state()).isEqualTo(RolloutState.HALTED);
    assertThat(fleet.rollout.notes().reason()).contains("not done within the total timeout");
  }

  @Test
  void refusesAWindowThatDoesNotOpenBeforeTheTotalTimeout() {
    Window later = new Window(List.of("FRI"), "02:00", "04:00", "UTC");
    assertThatThrownBy(
            () ->
                Plans.waves(Plans.ALL)
                    .schedule(
                        new Schedule(
                            OptionalLong.of(clocks.wallMs()),
                            Optional.of(later),
                            false,
                            OptionalInt.of(3600)))
                    .fleet(1))
        .hasMessageContaining("never opens before the total timeout");
  }

  @Test
  void anotherPersonApprovesTheRolloutAndEachWaveThatWantsIt() {
    fleet =
        Plans.waves(Plans.ALL)
            .wavePlans(
                WavePlan.of(WaveSize.devices(1)), new WavePlan(WaveSize.percent(100), 0, true))
            .schedule(
                new Schedule(OptionalLong.empty(), Optional.empty(), true, OptionalInt.empty()))
            .fleet(2);
    apply(new RolloutInput.Start());
    assertThat(fleet.rollout.state()).isEqualTo(RolloutState.AWAITING_APPROVAL);
    assertThatThrownBy(() -> apply(new RolloutInput.Approve("ann")))
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FORBIDDEN));
    apply(new RolloutInput.Approve("bob"));
    assertThat(assigned).hasSize(1);
    apply(new RolloutInput.Committed("sim-00001", 1));
    assertThat(fleet.rollout.state()).isEqualTo(RolloutState.AWAITING_APPROVAL);
    apply(new RolloutInput.Approve("bob"));
    assertThat(assigned).hasSize(2);
  }

  @Test
  void aGateHoldsTheNextWaveUntilItSaysPass() {
    fleet = gated();
    apply(new RolloutInput.Start());
    apply(new RolloutInput.Committed("sim-00001", 1));
    assertThat(assigned).hasSize(1);
    judge(Verdict.Outcome.CONTINUE, 0, 5);
    assertThat(assigned).hasSize(1);
    judge(Verdict.Outcome.PASS, 5, 5);
    assertThat(assigned).hasSize(2);
  }

  @Test
  void aGateThatStopsHaltsWithItsOwnWords() {
    fleet = gated();
    apply(new RolloutInput.Start());
    apply(new RolloutInput.Committed("sim-00001", 1));
    Step step = judge(Verdict.Outcome.STOP, 5, 5);
    assertThat(fleet.rollout.state()).isEqualTo(RolloutState.HALTED);
    assertThat(fleet.rollout.notes().reason()).contains("gate errors-previous of arm only: worse");
    assertThat(step.actions()).anyMatch(RolloutAction.Keep.class::isInstance);
    assertThat(judge(Verdict.Outcome.STOP, 5, 5).actions()).isEmpty();
  }

  private Step judge(Verdict.Outcome outcome, double devices, double needed) {
    Map<String, Double> numbers = Map.of(Verdict.WAVE_DEVICES, devices, Verdict.NEEDED, needed);
    return apply(
        new RolloutInput.Judged(
            List.of(new Verdict("errors-previous", "only", 0, outcome, numbers, "worse"))));
  }

  private static MemoryFleet gated() {
    GatePlan gate = new GatePlan(GatePlan.Metric.ERRORS, GatePlan.Against.PREVIOUS, 0.01, 50, 5);
    return Plans.waves(WaveSize.devices(1), Plans.ALL)
        .gates(new Gates(List.of(gate), 0.05))
        .fleet(2);
  }

  private static MemoryFleet paced(Pace pace, int devices) {
    return Plans.waves(Plans.ALL).pace(pace).fleet(devices);
  }

  private static MemoryFleet scheduled(Schedule schedule, int devices) {
    return Plans.waves(Plans.ALL).schedule(schedule).fleet(devices);
  }

  private void pass(long millis) {
    clocks = clocks.read(clocks.wallMs() + millis);
    apply(new RolloutInput.Tick());
  }

  private Step apply(RolloutInput input) {
    Step step = fleet.decide(input, clocks.moment());
    fleet.store(step);
    step.actions().stream()
        .filter(Assign.class::isInstance)
        .forEach(action -> assigned.add(((Assign) action).device()));
    return step;
  }
}
