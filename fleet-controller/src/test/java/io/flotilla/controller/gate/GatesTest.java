package io.flotilla.controller.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.protocol.message.HealthReport;
import io.flotilla.protocol.message.LatencyBuckets;
import io.flotilla.rollout.engine.RolloutState;
import io.flotilla.rollout.gate.Verdict;
import io.flotilla.rollout.gate.Verdict.Outcome;
import io.flotilla.rollout.plan.Arm;
import io.flotilla.rollout.plan.Audience;
import io.flotilla.rollout.plan.Cargo;
import io.flotilla.rollout.plan.GatePlan;
import io.flotilla.rollout.plan.GatePlan.Against;
import io.flotilla.rollout.plan.GatePlan.Metric;
import io.flotilla.rollout.plan.Pace;
import io.flotilla.rollout.plan.RolloutPlan;
import io.flotilla.rollout.plan.Schedule;
import io.flotilla.rollout.plan.Tolerance;
import io.flotilla.rollout.plan.WavePlan;
import io.flotilla.rollout.plan.WaveSize;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.aggregator.AggregateWith;
import org.junit.jupiter.params.aggregator.ArgumentsAccessor;
import org.junit.jupiter.params.aggregator.ArgumentsAggregator;
import org.junit.jupiter.params.provider.CsvSource;

class GatesTest {
  private static final long SEED = 4_2026;
  private static final int ROWS = 100;
  private static final int FAST = LatencyBuckets.of(2_000_000);
  private static final int SLOW = LatencyBuckets.of(20_000_000);
  private static final long RESIDENT = 100L << 20;

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final GatedFleet fleet = new GatedFleet(80);

  /** What a device's rows are like. */
  record Manners(
      double errors, double slow, double seven, boolean restarts, double wrong, long resident) {
    /** Columns after the first, memory in MiB. */
    static final class FromRow implements ArgumentsAggregator {
      @Override
      public Manners aggregateArguments(ArgumentsAccessor row, ParameterContext context) {
        return new Manners(
            row.getDouble(1),
            row.getDouble(2),
            row.getDouble(3),
            row.getBoolean(4),
            row.getDouble(5),
            row.getLong(6) << 20);
      }
    }
  }

  private static final Manners GOOD = new Manners(0.01, 0.005, 0.5, false, 0.1, RESIDENT);

  @ParameterizedTest
  @CsvSource({
    "ERRORS, 0.2, 0.005, 0.5, false, 0.1, 100",
    "LATENCY_P99, 0.01, 0.3, 0.5, false, 0.1, 100",
    "PREDICTION, 0.01, 0.005, 0.05, false, 0.1, 100",
    "RESTARTS, 0.01, 0.005, 0.5, true, 0.1, 100",
    "ACCURACY, 0.01, 0.005, 0.5, false, 0.4, 100",
    "MEMORY, 0.01, 0.005, 0.5, false, 0.1, 900"
  })
  void aBadVersionIsStoppedByItsGateAndAGoodOneArrivesEverywhere(
      Metric metric, @AggregateWith(Manners.FromRow.class) Manners bad) {
    GatePlan gate = new GatePlan(metric, Against.PREVIOUS, 0.02, ROWS, 12);
    rollOut(plan(List.of(gate)), bad);
    assertThat(fleet.rollout().state()).isEqualTo(RolloutState.HALTED);
    assertThat(fleet.reached()).isEqualTo(16);
    Verdict last = fleet.kept.getLast();
    assertThat(last.outcome()).isEqualTo(Outcome.STOP);
    assertThat(last.gate()).isEqualTo(gate.name());
    assertThat(last.numbers().get("peak")).isGreaterThanOrEqualTo(last.numbers().get("needed"));
    assertThat(fleet.rollout().notes().reason().orElseThrow()).contains(gate.name());

    GatedFleet other = new GatedFleet(80);
    rollOut(other, plan(List.of(gate)), GOOD);
    assertThat(other.rollout().state()).isEqualTo(RolloutState.COMPLETED);
    assertThat(other.reached()).isEqualTo(80);
    assertThat(other.kept).extracting(Verdict::outcome).contains(Outcome.PASS);
  }

  @Test
  void devicesThatDoNotCommitStopARolloutThatCountsThem() {
    fleet.start(plan(List.of(new GatePlan(Metric.SUCCESS, Against.PREVIOUS, 0.1, 1, 5))));
    fleet.declineAll();
    fleet.tick();
    assertThat(fleet.rollout().state()).isEqualTo(RolloutState.HALTED);
    assertThat(fleet.reached()).isEqualTo(16);
    assertThat(fleet.kept.getLast().numbers()).containsEntry("devices", 16.0);
  }

  @Test
  void anArmIsComparedWithTheControlArm() {
    Cargo arms =
        new Cargo(
            List.of(
                new Arm("a", GatedFleet.ref(2), 0.5, true),
                new Arm("b", GatedFleet.ref(3), 0.5, false)));
    GatePlan gate = new GatePlan(Metric.ERRORS, Against.CONTROL, 0.02, ROWS, 12);
    reportAll(GOOD);
    fleet.start(plan(arms, List.of(WavePlan.of(WaveSize.percent(100))), List.of(gate)));
    fleet.commitAll();
    Manners worse = new Manners(0.25, 0.005, 0.5, false, 0.1, RESIDENT);
    for (String device : fleet.runs.keySet()) {
      boolean underTest = fleet.running(device).version() == 3;
      report(fleet, device, underTest ? worse : GOOD);
    }
    fleet.tick();
    assertThat(fleet.kept.getLast().arm()).isEqualTo("b");
    assertThat(fleet.kept.getLast().outcome()).isEqualTo(Outcome.STOP);
  }

  @Test
  void whatHitsEveryDeviceStopsNothing() {
    GatePlan gate = new GatePlan(Metric.ERRORS, Against.PREVIOUS, 0.02, ROWS, 12);
    reportAll(GOOD);
    fleet.start(plan(List.of(gate)));
    fleet.commitAll();
    reportAll(new Manners(0.3, 0.005, 0.5, false, 0.1, RESIDENT));
    fleet.tick();
    assertThat(fleet.kept.getLast().outcome()).isEqualTo(Outcome.PASS);
    assertThat(fleet.rollout().progress().openWaves()).isEqualTo(2);
  }

  @Test
  void aDeviceCountsOnceHoweverOftenItReports() {
    GatePlan gate = new GatePlan(Metric.ERRORS, Against.PREVIOUS, 0.02, ROWS, 12);
    reportAll(GOOD);
    fleet.start(plan(List.of(gate)));
    fleet.commitAll();
    Manners worse = new Manners(1, 0, 0.5, false, 0.1, RESIDENT);
    report(fleet, "d070", GOOD);
    for (int i = 0; i < 50; i++) {
      report(fleet, "d000", worse);
      report(fleet, "d070", GOOD);
    }
    fleet.tick();
    Verdict last = fleet.verdicts().getFirst();
    assertThat(last.numbers()).containsEntry("devices", 1.0);
    assertThat(last.outcome()).isEqualTo(Outcome.CONTINUE);
    assertThat(fleet.rollout().state()).isEqualTo(RolloutState.RUNNING);
  }

  @Test
  void aReportOfAnUnregisteredVersionIsRefused() {
    HealthReport lie = new HealthReport(1, GatedFleet.ref(9), 0, 1, rows(GOOD), 1, RESIDENT);
    assertThatThrownBy(() -> fleet.health("d000", lie))
        .isInstanceOfSatisfying(
            FlotillaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.VERSION_NOT_FOUND));
  }

  private void rollOut(RolloutPlan plan, Manners next) {
    rollOut(fleet, plan, next);
  }

  private void rollOut(GatedFleet target, RolloutPlan plan, Manners next) {
    for (String device : target.runs.keySet()) {
      report(target, device, GOOD);
    }
    target.start(plan);
    for (int round = 0; round < 6 && !target.rollout().state().over(); round++) {
      target.commitAll();
      target.nowMs += 1_000;
      for (String device : target.runs.keySet()) {
        report(target, device, target.running(device).version() == 2 ? next : GOOD);
      }
      target.tick();
    }
  }

  private void reportAll(Manners manners) {
    fleet.nowMs += 1_000;
    fleet.runs.keySet().forEach(device -> report(fleet, device, manners));
  }

  private void report(GatedFleet target, String device, Manners manners) {
    boolean restarted = manners.restarts() && target.running(device).version() == 2;
    target.health(device, rows(manners), restarted ? 2 : 1, manners.resident());
    for (int i = 0; i < ROWS; i++) {
      target.label(device, random.nextDouble() >= manners.wrong());
    }
  }

  private HealthReport.Rows rows(Manners manners) {
    List<Long> latency = new ArrayList<>(Collections.nCopies(SLOW + 1, 0L));
    long failed = 0;
    long seven = 0;
    for (int i = 0; i < ROWS; i++) {
      if (random.nextDouble() < manners.errors()) {
        failed++;
      } else {
        int bucket = random.nextDouble() < manners.slow() ? SLOW : FAST;
        latency.set(bucket, latency.get(bucket) + 1);
        seven += random.nextDouble() < manners.seven() ? 1 : 0;
      }
    }
    return new HealthReport.Rows(
        0, failed, latency, Map.of("seven", seven, "one", ROWS - failed - seven));
  }

  private static RolloutPlan plan(List<GatePlan> gates) {
    return plan(
        Cargo.of(GatedFleet.ref(2)),
        List.of(WavePlan.of(WaveSize.percent(20)), WavePlan.of(WaveSize.percent(100))),
        gates);
  }

  private static RolloutPlan plan(Cargo cargo, List<WavePlan> waves, List<GatePlan> gates) {
    return new RolloutPlan(
        cargo,
        Audience.of("*"),
        waves,
        Pace.UNLIMITED,
        Schedule.NOW,
        Tolerance.of(1_000, 600),
        new io.flotilla.rollout.plan.Gates(gates, 0.05));
  }
}
