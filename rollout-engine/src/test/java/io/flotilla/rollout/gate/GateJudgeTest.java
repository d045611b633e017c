package io.flotilla.rollout.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flotilla.bundle.Digest;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.rollout.gate.Unit.Change;
import io.flotilla.rollout.gate.Verdict.Outcome;
import io.flotilla.rollout.plan.Arm;
import io.flotilla.rollout.plan.Cargo;
import io.flotilla.rollout.plan.GatePlan;
import io.flotilla.rollout.plan.GatePlan.Against;
import io.flotilla.rollout.plan.GatePlan.Metric;
import io.flotilla.rollout.plan.Gates;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GateJudgeTest {
  private static final GatePlan ERRORS = plan(Metric.ERRORS, 0.01, 3);
  private static final GateJudge.Asked FIRST_WAVE = new GateJudge.Asked("only", 0, 10);
  private static final double ALPHA = 0.05;

  @Test
  void evidenceBeginsAtOneAndGrowsWithEveryWorseDevice() {
    GateState state = GateState.BEGIN;
    assertThat(state.evidence().logEvidence()).isCloseTo(0, within(1e-12));
    for (int i = 0; i < 20; i++) {
      double before = state.evidence().logEvidence();
      state = state.plus(ERRORS, 0, alone(0.2));
      assertThat(state.evidence().logEvidence()).isGreaterThan(before);
    }
    assertThat(judge(state).outcome()).isEqualTo(Outcome.STOP);
    assertThat(judge(state).numbers())
        .containsEntry("devices", 20.0)
        .containsEntry("needed", 20.0)
        .hasEntrySatisfying("difference", mean -> assertThat(mean).isCloseTo(0.2, within(1e-9)));
  }

  @Test
  void theWorseADeviceTheMoreItProves() {
    double last = Double.NEGATIVE_INFINITY;
    for (double worse = 0; worse <= 1; worse += 0.05) {
      double now = GateState.BEGIN.plus(ERRORS, 0, alone(worse)).evidence().logEvidence();
      assertThat(now).isGreaterThanOrEqualTo(last);
      last = now;
    }
  }

  @Test
  void evidenceDoesNotDependOnTheOrderAndMergesOverDisjointDevices() {
    Random random = new Random(7);
    for (int run = 0; run < 100; run++) {
      EProcess inOrder = EProcess.begin();
      EProcess left = EProcess.begin();
      EProcess right = EProcess.begin();
      for (int i = 0; i < 50; i++) {
        double value = random.nextDouble(-1, 1);
        inOrder = inOrder.next(value);
        if (random.nextBoolean()) {
          left = left.next(value);
        } else {
          right = right.next(value);
        }
      }
      EProcess merged = left.merge(right);
      assertThat(merged.values()).isEqualTo(50);
      assertThat(merged.logEvidence()).isCloseTo(inOrder.logEvidence(), within(1e-9));
      assertThat(right.merge(left)).isEqualTo(merged);
    }
  }

  @Test
  void whatWasProvedOnceStaysProved() {
    GateState state = GateState.BEGIN;
    for (int i = 0; i < 20; i++) {
      state = state.plus(ERRORS, 0, alone(0.25));
    }
    for (int i = 0; i < 200; i++) {
      state = state.plus(ERRORS, 1, alone(-0.25));
    }
    assertThat(state.evidence().logEvidence()).isNegative();
    assertThat(judge(state).outcome()).isEqualTo(Outcome.STOP);
  }

  @Test
  void aWaveIsLeftOnlyOnceEnoughOfItsOwnDevicesCount() {
    GateState state = GateState.BEGIN.plus(ERRORS, 0, alone(0)).plus(ERRORS, 0, alone(0));
    assertThat(judge(state).outcome()).isEqualTo(Outcome.CONTINUE);
    assertThat(judge(state).enough()).isFalse();
    state = state.plus(ERRORS, 0, alone(0));
    assertThat(judge(state).outcome()).isEqualTo(Outcome.PASS);
    assertThat(judge(state).enough()).isTrue();
    GateJudge.Asked second = new GateJudge.Asked("only", 1, 2);
    assertThat(GateJudge.judge(ERRORS, state, second, ALPHA).outcome()).isEqualTo(Outcome.CONTINUE);
    GateState both = state.plus(ERRORS, 1, alone(0)).plus(ERRORS, 1, alone(0));
    assertThat(GateJudge.judge(ERRORS, both, second, ALPHA).outcome())
        .as("a wave of two cannot have three")
        .isEqualTo(Outcome.PASS);
  }

  @Test
  void aSuspicionHoldsTheWaveUntilAllOfItsDevicesCount() {
    GateState state = GateState.BEGIN;
    while (state.evidence().logEvidence() < Math.log(GateJudge.SUSPICIOUS)) {
      state = state.plus(ERRORS, 0, alone(0.25));
    }
    long counted = state.units();

    Verdict early =
        GateJudge.judge(ERRORS, state, new GateJudge.Asked("all", 0, counted + 1), 0.001);
    assertThat(early.outcome()).isEqualTo(Outcome.CONTINUE);
    assertThat(early.enough()).isFalse();

    Verdict late = GateJudge.judge(ERRORS, state, new GateJudge.Asked("all", 0, counted), 0.001);
    assertThat(late.outcome()).isEqualTo(Outcome.CONTINUE);
    assertThat(late.enough()).isTrue();
  }

  @Test
  void lastWordsCountLikeUnitsAndKeepTheirPeak() {
    GatePlan success = plan(Metric.SUCCESS, 0.05, 3);
    GateState one = GateState.BEGIN;
    for (int i = 0; i < 4; i++) {
      one = one.plus(success, 0, new Unit(new Change(i < 3 ? 1 : 0, 0), List.of()));
    }
    GateState words =
        GateState.BEGIN.withOutcomes(success, Map.of(0, new GateState.Outcomes(3, 1)));
    assertThat(words.evidence().logEvidence())
        .isCloseTo(one.evidence().logEvidence(), within(1e-9));
    assertThat(words.units(0)).isEqualTo(4);
    GateState later = words.withOutcomes(success, Map.of(0, new GateState.Outcomes(0, 4)));
    assertThat(later.peak()).isEqualTo(words.peak());
    assertThat(later.evidence().logEvidence()).isNegative();
  }

  @Test
  void theRateIsDividedAmongGatesAndArmsUnderTest() {
    Gates gates = new Gates(List.of(ERRORS, plan(Metric.ACCURACY, 0.01, 3)), 0.06);
    VersionRef version = new VersionRef("digits", 1, Digest.of(new byte[1]).hex());
    Cargo three =
        new Cargo(
            List.of(
                new Arm("a", version, 0.5, true),
                new Arm("b", version, 0.25, false),
                new Arm("c", version, 0.15, false),
                new Arm("d", version, 0.10, false)));
    assertThat(GateJudge.alpha(gates, three)).isCloseTo(0.01, within(1e-12));
    assertThat(GateJudge.alpha(gates, Cargo.of(version))).isCloseTo(0.03, within(1e-12));
  }

  @Test
  void whatHitsTheDevicesBesideAsWellCancelsOut() {
    Unit unit =
        new Unit(new Change(0.4, 0.1), List.of(new Change(0.35, 0.05), new Change(0.5, 0.2)));
    assertThat(unit.difference()).isCloseTo(0, within(1e-12));
  }

  @Test
  void referencesAreTheMostAlike() {
    Change none = new Change(0, 0);
    List<References.Candidate> chosen =
        References.choose(
            Map.of("site", "lyon", "ring", "a"),
            List.of(
                new References.Candidate("d1", Map.of("site", "paris"), none),
                new References.Candidate("d2", Map.of("site", "lyon"), none),
                new References.Candidate("d3", Map.of("site", "lyon", "ring", "a"), none),
                new References.Candidate("d4", Map.of("ring", "b"), none)));
    assertThat(chosen).extracting(References.Candidate::device).containsExactly("d3", "d2", "d1");
  }

  @Test
  void slowRowsAreMeasuredByTheDevicesOwnPast() {
    List<Long> before = List.of(900L, 92L, 8L, 0L);
    assertThat(Badness.slow(before, before).difference()).isCloseTo(-0.001, within(1e-3));
    Change slower = Badness.slow(List.of(0L, 500L, 400L, 100L), before);
    assertThat(slower.now()).isCloseTo(0.5, within(1e-12));
    assertThat(slower.before()).isCloseTo(9 / 1001.0, within(1e-12));
  }

  @Test
  void predictionsThatMoveAreFarFromWhatSamplingMakes() {
    Random random = new Random(11);
    double sum = 0;
    for (int run = 0; run < 500; run++) {
      sum += Badness.moved(draw(random, 0.3), draw(random, 0.3)).difference();
    }
    System.out.printf("unmoved predictions differ from sampling by %.4f on average%n", sum / 500);
    assertThat(sum / 500).isBetween(-0.01, 0.005);
    assertThat(Badness.moved(draw(random, 0.7), draw(random, 0.3)).difference())
        .isGreaterThan(0.25);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.01, 1.01, Double.NaN, Double.POSITIVE_INFINITY})
  void badnessOutsideOfZeroToOneIsRefused(double value) {
    assertThatThrownBy(() -> new Change(value, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Change(0, value)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void badEvidenceCountsAndRatesAreRefused() {
    assertThatThrownBy(() -> EProcess.begin().next(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> EProcess.begin().next(1.5))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new EProcess(List.of(1.0), 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new EProcess(Collections.nCopies(EProcess.PLAYERS, Double.NaN), 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> GateJudge.judge(ERRORS, GateState.BEGIN, FIRST_WAVE, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Badness.share(1, 0, 0, 1))
        .isInstanceOf(IllegalArgumentException.class);
    Change none = new Change(0, 0);
    assertThatThrownBy(() -> new Unit(none, Collections.nCopies(4, none)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static List<Long> draw(Random random, double first) {
    long[] counts = new long[4];
    for (int i = 0; i < 200; i++) {
      counts[random.nextDouble() < first ? 0 : 1 + random.nextInt(3)]++;
    }
    return List.of(counts[0], counts[1], counts[2], counts[3]);
  }

  private static Unit alone(double worse) {
    return new Unit(new Change(0.5 + worse / 2, 0.5 - worse / 2), List.of());
  }

  private static GatePlan plan(Metric metric, double margin, int devices) {
    return new GatePlan(metric, Against.PREVIOUS, margin, 50, devices);
  }

  private static Verdict judge(GateState state) {
    return GateJudge.judge(ERRORS, state, FIRST_WAVE, ALPHA);
  }
}
