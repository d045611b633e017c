package io.flotilla.rollout.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.rollout.gate.Verdict.Outcome;
import io.flotilla.rollout.plan.GatePlan;
import io.flotilla.rollout.plan.GatePlan.Against;
import io.flotilla.rollout.plan.GatePlan.Metric;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Gates over made-up rollouts: 1,000 with nothing wrong, 400 that lose five points of accuracy. The
 * last wave has no devices beside it, so it is left out.
 */
class GateSimulationTest {
  private static final long SEED = 20260704;
  private static final int DEVICES = 400;
  private static final List<Integer> REACHES = List.of(8, 20, 48, 96, 180);
  private static final SimulatedFleet.Shape SHAPE = new SimulatedFleet.Shape(DEVICES, 20, 100);
  private static final double RATE = 0.05;
  private static final GatePlan ACCURACY =
      new GatePlan(Metric.ACCURACY, Against.PREVIOUS, 0.005, 100, 40);

  /** What became of a simulated rollout. */
  private record Ending(boolean stopped, int reached, long looks) {}

  @Test
  void aThousandRolloutsWithNothingWrongAreStoppedNoMoreOftenThanConfigured() {
    // without a margin, so that it is as hard as it gets
    GatePlan strict = new GatePlan(Metric.ACCURACY, Against.PREVIOUS, 0, 100, 40);
    int stopped = 0;
    long looks = 0;
    for (int run = 0; run < 1000; run++) {
      Ending ending = rollOut(SEED + run, strict, 0, RATE);
      stopped += ending.stopped() ? 1 : 0;
      looks += ending.looks();
    }
    System.out.printf(
        "1,000 rollouts with nothing wrong from seed %d: %d stopped; configured rate %.2f, %d"
            + " looks%n",
        SEED, stopped, RATE, looks);
    assertThat(looks).isGreaterThan(150_000);
    assertThat(stopped).isLessThanOrEqualTo(50);
  }

  @Test
  void aLossOfFivePointsIsStoppedBeforeAQuarterOfTheFleetHasIt() {
    int stoppedInTime = 0;
    long reached = 0;
    int rollouts = 400;
    for (int run = 0; run < rollouts; run++) {
      // as if the rollout had three gates
      Ending ending = rollOut(SEED + run, ACCURACY, 0.05, RATE / 3);
      stoppedInTime += ending.stopped() && ending.reached() < DEVICES / 4 ? 1 : 0;
      reached += ending.reached();
    }
    System.out.printf(
        "%d rollouts that lose five points: %d stopped before a quarter, after %.1f devices on"
            + " average%n",
        rollouts, stoppedInTime, (double) reached / rollouts);
    assertThat(stoppedInTime).isGreaterThanOrEqualTo(rollouts * 95 / 100);
  }

  /** Values that are as wide as they may be, so that hardly anything is given away. */
  @Test
  void fairCoinsAreCalledLoadedNoMoreOftenThanConfigured() {
    SplittableRandom random = new SplittableRandom(SEED);
    int called = 0;
    for (int run = 0; run < 4000; run++) {
      EProcess evidence = EProcess.begin();
      double peak = 0;
      for (int flip = 0; flip < 1000; flip++) {
        evidence = evidence.next(random.nextBoolean() ? 1 : -1);
        peak = Math.max(peak, evidence.logEvidence());
      }
      called += peak >= -Math.log(RATE) ? 1 : 0;
    }
    System.out.printf("4,000 fair coins of 1,000 flips: %d called loaded%n", called);
    assertThat(called).isBetween(20, 200);
  }

  private static Ending rollOut(long seed, GatePlan plan, double loss, double alpha) {
    SimulatedFleet fleet = new SimulatedFleet(SHAPE, new SplittableRandom(seed));
    List<Integer> order = fleet.shuffled();
    Set<Integer> done = new HashSet<>();
    GateState state = GateState.BEGIN;
    long looks = 0;
    int from = 0;
    for (int wave = 0; wave < REACHES.size(); wave++) {
      int to = REACHES.get(wave);
      GateJudge.Asked asked = new GateJudge.Asked("only", wave, to - from);
      for (Unit unit : fleet.wave(order.subList(from, to), done, loss)) {
        state = state.plus(plan, wave, unit);
        looks++;
        if (GateJudge.judge(plan, state, asked, alpha).outcome() == Outcome.STOP) {
          return new Ending(true, to, looks);
        }
      }
      from = to;
    }
    return new Ending(false, from, looks);
  }
}
