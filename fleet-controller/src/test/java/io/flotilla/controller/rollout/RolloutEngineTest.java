package io.flotilla.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.rollout.RolloutAction.Announce;
import io.flotilla.controller.rollout.RolloutAction.Announce.Change;
import io.flotilla.controller.rollout.RolloutAction.Assign;
import io.flotilla.controller.rollout.RolloutAction.GiveBack;
import io.flotilla.controller.rollout.RolloutEngine.Step;
import io.flotilla.protocol.message.VersionRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RolloutEngineTest {
  private static final VersionRef VERSION = new VersionRef("digits", 2, "ab".repeat(32));
  private static final long T0 = 1_000_000;
  private static final int TIMEOUT_SECONDS = 60;

  private final List<RolloutAction> actions = new ArrayList<>();
  private Rollout rollout = rollout(20, plan(0, WaveSize.devices(2), WaveSize.percent(50), ALL));

  private static final WaveSize ALL = WaveSize.percent(100);

  @Test
  void opensTheFirstWaveAtTheStart() {
    apply(new RolloutInput.Start(T0));

    assertThat(assigned()).containsExactly("sim-001", "sim-002");
    assertThat(changes()).containsExactly(Change.CREATED, Change.WAVE_OPENED);
  }

  @Test
  void wavesAreCumulativeAndCoverEveryDevice() {
    assertThat(IntStream.range(0, 3).map(i -> rollout.wave(i).size())).containsExactly(2, 8, 10);
  }

  @Test
  void aWaveOpensOnceTheOneBeforeSucceeded() {
    apply(new RolloutInput.Start(T0));
    commit("sim-002");
    assertThat(assigned()).hasSize(2);

    commit("sim-001");

    assertThat(assigned()).hasSize(10);
    assertThat(actions).contains(new Announce(Change.WAVE_OPENED, 1));
  }

  @Test
  void completesAfterTheLastWave() {
    apply(new RolloutInput.Start(T0));
    for (int i = 1; i <= 20; i++) {
      commit(device(i));
    }

    assertThat(rollout.state()).isEqualTo(RolloutState.COMPLETED);
    assertThat(assigned()).hasSize(20).doesNotHaveDuplicates();
  }

  @Test
  void wavesLargerThanTheFleetAddNobodyAndPassAtOnce() {
    rollout = rollout(1, plan(0, WaveSize.devices(2), WaveSize.percent(50), ALL));
    apply(new RolloutInput.Start(T0));
    commit("sim-001");

    assertThat(rollout.state()).isEqualTo(RolloutState.COMPLETED);
  }

  @Test
  void haltsAndGivesBackOnTheFirstFailureTooMany() {
    apply(new RolloutInput.Start(T0));
    decline("sim-001", ErrorCode.SIGNATURE_INVALID);

    assertThat(rollout.state()).isEqualTo(RolloutState.HALTED);
    assertThat(rollout.reason()).contains("1 failed and 0 may: sim-001 SIGNATURE_INVALID");
    assertThat(actions).endsWith(new GiveBack("sim-001", 1), new Announce(Change.HALTED, 0));
  }

  @Test
  void theSecondCanaryStillHasItsLastWordAfterAHalt() {
    apply(new RolloutInput.Start(T0));
    decline("sim-001", ErrorCode.SIGNATURE_INVALID);
    decline("sim-002", ErrorCode.SIGNATURE_INVALID);

    assertThat(rollout.target("sim-002").orElseThrow().code()).contains("SIGNATURE_INVALID");
    assertThat(actions).endsWith(new GiveBack("sim-002", 1));
    assertThat(assigned()).hasSize(2);
  }

  @Test
  void toleratesAsManyFailuresAsThePlanAllows() {
    rollout = rollout(4, plan(1, WaveSize.devices(2), ALL));
    apply(new RolloutInput.Start(T0));
    decline("sim-001", ErrorCode.LOAD_FAILED);
    commit("sim-002");

    assertThat(rollout.state()).isEqualTo(RolloutState.RUNNING);
    assertThat(assigned()).hasSize(4);
    assertThat(actions).noneMatch(GiveBack.class::isInstance);
  }

  @Test
  void aDeviceThatTakesTooLongFails() {
    apply(new RolloutInput.Start(T0));
    apply(new RolloutInput.Tick(T0 + TIMEOUT_SECONDS * 1000 - 1));
    assertThat(rollout.failures()).isZero();

    apply(new RolloutInput.Tick(T0 + TIMEOUT_SECONDS * 1000));

    assertThat(rollout.target("sim-001").orElseThrow().code()).contains("DEPLOYMENT_TIMED_OUT");
    assertThat(rollout.state()).isEqualTo(RolloutState.HALTED);
  }

  @Test
  void deadlinesBeginAnewAfterTheControllerWasAway() {
    apply(new RolloutInput.Start(T0));
    long back = T0 + TIMEOUT_SECONDS * 5000;
    apply(new RolloutInput.Recovered(back));
    apply(new RolloutInput.Tick(back));

    assertThat(rollout.failures()).isZero();
  }

  @Test
  void aLateCommitStillCounts() {
    rollout = rollout(2, plan(1, WaveSize.devices(1), ALL));
    apply(new RolloutInput.Start(T0));
    apply(new RolloutInput.Tick(T0 + TIMEOUT_SECONDS * 1000));
    assertThat(rollout.failures()).isEqualTo(1);

    commit("sim-001");

    assertThat(rollout.failures()).isZero();
  }

  @Test
  void staleNumbersChangeNothing() {
    apply(new RolloutInput.Start(T0));
    Rollout before = rollout;
    apply(new RolloutInput.Committed("sim-001", 7, T0));
    apply(new RolloutInput.Declined("sim-001", 0, "LOAD_FAILED", T0));
    apply(new RolloutInput.Committed("stranger", 1, T0));

    assertThat(rollout).isEqualTo(before);
  }

  @Test
  void aReissuedAssignmentIsAwaitedUnderItsNewNumber() {
    apply(new RolloutInput.Start(T0));
    apply(new RolloutInput.Reissued("sim-001", 2));
    apply(new RolloutInput.Committed("sim-001", 2, T0));

    assertThat(rollout.target("sim-001").orElseThrow().state()).isEqualTo(TargetState.SUCCEEDED);
  }

  @Test
  void pausedRolloutsOpenNoWaveUntilResumed() {
    apply(new RolloutInput.Start(T0));
    apply(new RolloutInput.Pause());
    commit("sim-001");
    commit("sim-002");
    assertThat(assigned()).hasSize(2);

    apply(new RolloutInput.Resume(T0));

    assertThat(assigned()).hasSize(10);
    assertThat(changes()).contains(Change.PAUSED, Change.RESUMED);
  }

  @Test
  void anAbortAssignsNobodyElse() {
    apply(new RolloutInput.Start(T0));
    apply(new RolloutInput.Abort("wrong version"));
    commit("sim-001");
    decline("sim-002", ErrorCode.LOAD_FAILED);

    assertThat(assigned()).hasSize(2);
    assertThat(rollout.state()).isEqualTo(RolloutState.ABORTED);
    assertThat(actions).endsWith(new GiveBack("sim-002", 1));
  }

  @Test
  void refusesActionsThatDoNotFitTheState() {
    apply(new RolloutInput.Start(T0));
    assertThatThrownBy(() -> apply(new RolloutInput.Resume(T0)))
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ROLLOUT_STATE));
    apply(new RolloutInput.Abort("enough"));
    assertThatThrownBy(() -> apply(new RolloutInput.Pause()))
        .hasMessageContaining("is ABORTED and cannot be paused");
  }

  @Test
  void refusesPlansThatDoNotAddUp() {
    assertThatThrownBy(() -> rollout(20, plan(0, WaveSize.devices(2))))
        .hasMessageContaining("end at 2 of 20 devices");
    assertThatThrownBy(() -> rollout(20, plan(0, WaveSize.percent(50), WaveSize.devices(2), ALL)))
        .hasMessageContaining("sizes are cumulative");
    assertThatThrownBy(() -> rollout(0, plan(0, ALL))).hasMessageContaining("matches no enrolled");
    assertThatThrownBy(() -> plan(0)).hasMessageContaining("1 to 100 waves");
    assertThatThrownBy(() -> plan(-1, ALL)).hasMessageContaining("maxFailures");
    assertThatThrownBy(() -> WaveSize.percent(101)).hasMessageContaining("not 101");
    assertThatThrownBy(() -> WaveSize.devices(0)).hasMessageContaining("1 or more");
  }

  private static RolloutPlan plan(int maxFailures, WaveSize... waves) {
    return new RolloutPlan("*", List.of(waves), maxFailures, TIMEOUT_SECONDS);
  }

  private static Rollout rollout(int devices, RolloutPlan plan) {
    List<String> ids =
        IntStream.rangeClosed(1, devices).mapToObj(RolloutEngineTest::device).toList();
    return RolloutEngine.create("r1", VERSION, plan, ids, T0);
  }

  private static String device(int number) {
    return String.format(Locale.ROOT, "sim-%03d", number);
  }

  private void apply(RolloutInput input) {
    Step step = RolloutEngine.apply(rollout, input, device -> 1);
    rollout = step.rollout();
    actions.addAll(step.actions());
  }

  private void commit(String device) {
    apply(new RolloutInput.Committed(device, 1, T0));
  }

  private void decline(String device, ErrorCode code) {
    apply(new RolloutInput.Declined(device, 1, code.name(), T0));
  }

  private List<String> assigned() {
    return actions.stream()
        .filter(Assign.class::isInstance)
        .map(action -> ((Assign) action).device())
        .toList();
  }

  private List<Change> changes() {
    return actions.stream()
        .filter(Announce.class::isInstance)
        .map(action -> ((Announce) action).change())
        .toList();
  }
}
