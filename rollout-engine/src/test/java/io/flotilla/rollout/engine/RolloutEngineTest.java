package io.flotilla.rollout.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.rollout.engine.RolloutAction.Announce;
import io.flotilla.rollout.engine.RolloutAction.Assign;
import io.flotilla.rollout.engine.RolloutAction.Change;
import io.flotilla.rollout.engine.RolloutAction.GiveBack;
import io.flotilla.rollout.engine.RolloutEngine.Step;
import io.flotilla.rollout.plan.Audience;
import io.flotilla.rollout.plan.FailureClass;
import io.flotilla.rollout.plan.OnFailure;
import io.flotilla.rollout.plan.Tolerance;
import io.flotilla.rollout.plan.WavePlan;
import io.flotilla.rollout.plan.WaveSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class RolloutEngineTest {
  private static final long MINUTE = 60_000;

  private final List<RolloutAction> actions = new ArrayList<>();
  private long nowMs = 1_000_000;
  private MemoryFleet fleet =
      Plans.waves(WaveSize.devices(2), WaveSize.percent(50), Plans.ALL).fleet(20);

  @Test
  void opensTheFirstWaveAtTheStart() {
    start();
    assertThat(assigned()).containsExactly("sim-00001", "sim-00002");
    assertThat(changes()).containsExactly(Change.CREATED, Change.STARTED, Change.WAVE_OPENED);
  }

  @Test
  void aWaveOpensOnceTheOneBeforeIsDone() {
    start();
    commit(2);
    assertThat(assigned()).hasSize(2);
    commit(1);
    assertThat(assigned()).hasSize(10);
    assertThat(actions).contains(new Announce(Change.WAVE_OPENED, 1));
  }

  @Test
  void completesAfterTheLastWave() {
    start();
    for (int i = 1; i <= 20; i++) {
      commit(i);
    }
    assertThat(fleet.rollout.state()).isEqualTo(RolloutState.COMPLETED);
    assertThat(fleet.rollout.open()).isFalse();
    assertThat(assigned()).hasSize(20).doesNotHaveDuplicates();
  }

  @Test
  void wavesLargerThanTheFleetAddNobodyAndPassAtOnce() {
    fleet = Plans.waves(WaveSize.devices(2), WaveSize.percent(50), Plans.ALL).fleet(1);
    start();
    commit(1);
    assertThat(fleet.rollout.state()).isEqualTo(RolloutState.COMPLETED);
  }

  @Test
  void haltsAndGivesBackOnTheFirstFailureTooMany() {
    start();
    decline(1, ErrorCode.SIGNATURE_INVALID);
    assertThat(fleet.rollout.state()).isEqualTo(RolloutState.HALTED);
    assertThat(fleet.rollout.notes().reason())
        .contains("1 failed and 0 may: sim-00001 SIGNATURE_INVALID");
    assertThat(actions).endsWith(new Announce(Change.HALTED, 0), new GiveBack("sim-00001", 1));
  }

  @Test
  void theSecondCanaryStillHasItsLastWordAfterAHalt() {
    start();
    decline(1, ErrorCode.SIGNATURE_INVALID);
    decline(2, ErrorCode.SIGNATURE_INVALID);
    assertThat(state(2)).isEqualTo(TargetState.FAILED);
    assertThat(actions).endsWith(new GiveBack("sim-00002", 1));
    assertThat(assigned()).hasSize(2);
  }

  @Test
  void toleratesAsManyFailuresAsThePlanAllows() {
    tolerating(Tolerance.of(1, 60), 4);
    decline(1, ErrorCode.LOAD_FAILED);
    commit(2);
    assertThat(fleet.rollout.state()).isEqualTo(RolloutState.RUNNING);
    assertThat(assigned()).hasSize(4);
    assertThat(actions).noneMatch(GiveBack.class::isInstance);
  }

  @Test
  void aRateOfFailuresCountsOnlyOnceEnoughDevicesAnswered() {
    Tolerance rate =
        new Tolerance(
            OptionalInt.empty(),
            Optional.of(new Tolerance.Rate(0.4, 3)),
            60,
            Map.of(),
            OnFailure.HALT);
    fleet = Plans.waves(Plans.ALL).tolerance(rate).fleet(6);
    start();
    decline(1, ErrorCode.LOAD_FAILED);
    decline(2, ErrorCode.LOAD_FAILED);
    assertThat(fleet.rollout.state()).isEqualTo(RolloutState.RUNNING);
    commit(3);
    assertThat(fleet.rollout.state()).isEqualTo(RolloutState.HALTED);
    assertThat(fleet.rollout.notes().reason().orElseThrow()).startsWith("2 of 3 failed");
  }

  @Test
  void aDeviceThatTakesTooLongFailsAndALateCommitStillCounts() {
    tolerating(Tolerance.of(1, 60), 2);
    pass(MINUTE - 1);
    assertThat(fleet.rollout.failures()).isZero();
    commit(2);
    pass(1);
    assertThat(fleet.find("sim-00001").orElseThrow().code()).contains("DEPLOYMENT_TIMED_OUT");
    commit(1);
    assertThat(fleet.rollout.failures()).isZero();
    assertThat(fleet.rollout.notes().failures()).isEmpty();
  }

  @Test
  void aFailureIsTriedAgainAsOftenAsItsClassMay() {
    Tolerance retries =
        new Tolerance(
            OptionalInt.of(0),
            Optional.empty(),
            60,
            Map.of(FailureClass.TRANSIENT, 2),
            OnFailure.HALT);
    fleet = Plans.waves(Plans.ALL).tolerance(retries).fleet(1);
    start();
    decline(1, ErrorCode.FETCH_TIMED_OUT);
    assertThat(state(1)).isEqualTo(TargetState.WAITING);
    pass(Words.FIRST_BACKOFF_MILLIS - 1);
    assertThat(assigned()).hasSize(1);
    pass(1);
    assertThat(assigned()).hasSize(2);
    decline(1, ErrorCode.FETCH_TIMED_OUT);
    pass(2 * Words.FIRST_BACKOFF_MILLIS);
    assertThat(assigned()).hasSize(3);
    decline(1, ErrorCode.FETCH_TIMED_OUT);
    assertThat(fleet.rollout.state()).isEqualTo(RolloutState.HALTED);
  }

  @Test
  void aFailureOfAnotherClassIsNotTriedAgain() {
    Tolerance retries =
        new Tolerance(
            OptionalInt.of(0),
            Optional.empty(),
            60,
            Map.of(FailureClass.TRANSIENT, 2),
            OnFailure.HALT);
    fleet = Plans.waves(Plans.ALL).tolerance(retries).fleet(1);
    start();
    decline(1, ErrorCode.SIGNATURE_INVALID);
    assertThat(fleet.rollout.state()).isEqualTo(RolloutState.HALTED);
  }

  @Test
  void staleNumbersChangeNothing() {
    start();
    Rollout before = fleet.rollout;
    apply(new RolloutInput.Committed("sim-00001", 7));
    apply(new RolloutInput.Declined("sim-00001", 0, "LOAD_FAILED"));
    apply(new RolloutInput.Committed("stranger", 1));
    assertThat(fleet.rollout).isEqualTo(before);
  }

  @Test
  void aReissuedAssignmentIsAwaitedUnderItsNewNumber() {
    start();
    apply(new RolloutInput.Reissued("sim-00001", 2));
    apply(new RolloutInput.Committed("sim-00001", 2));
    assertThat(state(1)).isEqualTo(TargetState.SUCCEEDED);
  }

  @Test
  void pausedRolloutsAssignNobodyUntilResumed() {
    start();
    apply(new RolloutInput.Pause("lunch"));
    commit(1);
    commit(2);
    assertThat(assigned()).hasSize(2);
    assertThat(fleet.rollout.notes().reason()).contains("lunch");
    apply(new RolloutInput.Resume());
    assertThat(assigned()).hasSize(10);
    assertThat(changes()).contains(Change.PAUSED, Change.RESUMED);
  }

  @Test
  void aPolicyThatPausesGoesOnWhereAnOperatorSaysSo() {
    Tolerance pausing =
        new Tolerance(OptionalInt.of(0), Optional.empty(), 60, Map.of(), OnFailure.PAUSE);
    tolerating(pausing, 4);
    decline(1, ErrorCode.LOAD_FAILED);
    assertThat(fleet.rollout.state()).isEqualTo(RolloutState.PAUSED);
    commit(2);
    apply(new RolloutInput.Resume());
    assertThat(assigned()).hasSize(4);
    decline(3, ErrorCode.LOAD_FAILED);
    assertThat(fleet.rollout.state()).isEqualTo(RolloutState.PAUSED);
  }

  @Test
  void anAbortAssignsNobodyElseAndGivesBackWhatFailed() {
    start();
    apply(new RolloutInput.Abort("wrong version"));
    commit(1);
    decline(2, ErrorCode.LOAD_FAILED);
    assertThat(assigned()).hasSize(2);
    assertThat(fleet.rollout.state()).isEqualTo(RolloutState.ABORTED);
    assertThat(actions).endsWith(new GiveBack("sim-00002", 1));
    assertThat(fleet.rollout.open()).isFalse();
  }

  @Test
  void undoReturnsEveryAssignedDeviceTheLastOneFirst() {
    start();
    commit(1);
    commit(2);
    commit(3);
    actions.clear();
    apply(new RolloutInput.Undo("bad model"));
    assertThat(actions.stream().filter(GiveBack.class::isInstance))
        .hasSize(10)
        .startsWith(new GiveBack("sim-00010", 1))
        .endsWith(new GiveBack("sim-00001", 1));
    for (int i = 1; i <= 9; i++) {
      apply(new RolloutInput.Committed(Plans.device(i), 2));
    }
    assertThat(fleet.rollout.state()).isEqualTo(RolloutState.UNDOING);
    apply(new RolloutInput.Declined(Plans.device(10), 2, "LOAD_FAILED"));
    assertThat(fleet.rollout.state()).isEqualTo(RolloutState.UNDONE);
    assertThat(fleet.rollout.tally().of(TargetState.UNDONE)).isEqualTo(9);
    assertThat(fleet.rollout.tally().of(TargetState.UNDO_FAILED)).isEqualTo(1);
    assertThat(fleet.rollout.tally().of(TargetState.PENDING)).isEqualTo(10);
    assertThat(changes()).endsWith(Change.UNDONE);
  }

  @Test
  void undoLeavesDevicesAloneThatMovedOn() {
    fleet = Plans.waves(Plans.ALL).fleet(2);
    start();
    commit(1);
    commit(2);
    fleet.numbers.put("sim-00001", 2L);
    apply(new RolloutInput.Undo("bad model"));
    assertThat(state(1)).isEqualTo(TargetState.SKIPPED);
    assertThat(state(2)).isEqualTo(TargetState.UNDOING);
  }

  @Test
  void undoCountsDevicesWhosePreviousVersionIsGoneAndThoseThatHadNone() {
    fleet = Plans.waves(Plans.ALL).fleet(2);
    fleet.runs.put("sim-00001", Optional.empty());
    start();
    fleet.deleted.add(MemoryFleet.OLD);
    apply(new RolloutInput.Undo("bad model"));
    assertThat(state(1)).isEqualTo(TargetState.UNDONE);
    assertThat(state(2)).isEqualTo(TargetState.UNDO_FAILED);
    assertThat(fleet.rollout.state()).isEqualTo(RolloutState.UNDONE);
  }

  @Test
  void aPolicyThatUndoesDoesSoByItself() {
    Tolerance undoing =
        new Tolerance(OptionalInt.of(0), Optional.empty(), 60, Map.of(), OnFailure.UNDO);
    tolerating(undoing, 4);
    commit(2);
    decline(1, ErrorCode.LOAD_FAILED);
    assertThat(fleet.rollout.state()).isEqualTo(RolloutState.UNDOING);
    apply(new RolloutInput.Committed("sim-00001", 2));
    apply(new RolloutInput.Committed("sim-00002", 2));
    assertThat(fleet.rollout.state()).isEqualTo(RolloutState.UNDONE);
  }

  @Test
  void devicesThatJoinLateAreTakenInAtTheEndOrOnceAllAreDone() {
    fleet =
        Plans.waves(WaveSize.devices(1), Plans.ALL)
            .audience(new Audience("*", false, true, 0))
            .fleet(2);
    start();
    apply(new RolloutInput.Joined("late-1"));
    apply(new RolloutInput.Joined("late-1"));
    assertThat(assigned()).containsExactly("sim-00001");
    commit(1);
    assertThat(assigned()).containsExactly("sim-00001", "sim-00002", "late-1");
    commit(2);
    apply(new RolloutInput.Committed("late-1", 1));
    assertThat(fleet.rollout.state()).isEqualTo(RolloutState.FOLLOWING);
    apply(new RolloutInput.Joined("late-2"));
    assertThat(assigned()).hasSize(4).contains("late-2");
    assertThat(fleet.rollout.devices()).isEqualTo(4);
  }

  @Test
  void devicesThatAreBarredOrGoneArePassedBy() {
    fleet = Plans.waves(Plans.ALL).fleet(3);
    fleet.barred.put("sim-00002", "CONFLICT");
    start();
    apply(new RolloutInput.Gone("sim-00001", "FORBIDDEN"));
    commit(3);
    assertThat(assigned()).containsExactly("sim-00001", "sim-00003");
    assertThat(state(1)).isEqualTo(TargetState.SKIPPED);
    assertThat(state(2)).isEqualTo(TargetState.SKIPPED);
    assertThat(fleet.rollout.state()).isEqualTo(RolloutState.COMPLETED);
  }

  @Test
  void aWaveSoaksBeforeTheNextOneOpens() {
    fleet =
        Plans.waves(Plans.ALL)
            .wavePlans(new WavePlan(WaveSize.devices(1), 60, false), WavePlan.of(Plans.ALL))
            .fleet(2);
    start();
    commit(1);
    pass(MINUTE - 1);
    assertThat(assigned()).hasSize(1);
    pass(1);
    assertThat(assigned()).hasSize(2);
  }

  @Test
  void refusesActionsThatDoNotFitTheState() {
    start();
    assertThatThrownBy(() -> apply(new RolloutInput.Resume()))
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ROLLOUT_STATE));
    apply(new RolloutInput.Abort("enough"));
    assertThatThrownBy(() -> apply(new RolloutInput.Pause("no")))
        .hasMessageContaining("is ABORTED and cannot be paused");
    assertThatThrownBy(() -> apply(new RolloutInput.Approve("bob")))
        .hasMessageContaining("waits for no approval");
  }

  private void tolerating(Tolerance tolerance, int devices) {
    fleet = Plans.waves(WaveSize.devices(2), Plans.ALL).tolerance(tolerance).fleet(devices);
    start();
  }

  private void start() {
    apply(new RolloutInput.Start());
  }

  private void pass(long millis) {
    nowMs += millis;
    apply(new RolloutInput.Tick());
  }

  private void apply(RolloutInput input) {
    Step step = fleet.decide(input, new Moment(nowMs, nowMs));
    fleet.store(step);
    actions.addAll(step.actions());
  }

  private void commit(int device) {
    apply(new RolloutInput.Committed(Plans.device(device), 1));
  }

  private void decline(int device, ErrorCode code) {
    String id = Plans.device(device);
    apply(new RolloutInput.Declined(id, fleet.nextNumber(id) - 1, code.name()));
  }

  private TargetState state(int device) {
    return fleet.find(Plans.device(device)).orElseThrow().state();
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
