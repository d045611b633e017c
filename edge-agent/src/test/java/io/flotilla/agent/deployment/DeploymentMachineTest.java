package io.flotilla.agent.deployment;

import static io.flotilla.protocol.message.DeploymentState.ASSIGNED;
import static io.flotilla.protocol.message.DeploymentState.COMMITTED;
import static io.flotilla.protocol.message.DeploymentState.FETCHING;
import static io.flotilla.protocol.message.DeploymentState.OPTIMISING;
import static io.flotilla.protocol.message.DeploymentState.PROBATION;
import static io.flotilla.protocol.message.DeploymentState.PROVING;
import static io.flotilla.protocol.message.DeploymentState.REFUSED;
import static io.flotilla.protocol.message.DeploymentState.ROLLED_BACK;
import static io.flotilla.protocol.message.DeploymentState.STAGED;
import static io.flotilla.protocol.message.DeploymentState.VERIFYING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.flotilla.agent.deployment.DeploymentMachine.Action;
import io.flotilla.agent.deployment.DeploymentMachine.Step;
import io.flotilla.agent.deployment.DeploymentMachine.Transition;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.DeploymentState;
import io.flotilla.protocol.message.Progress;
import io.flotilla.protocol.message.VersionRef;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DeploymentMachineTest {
  private static final Assignment ASSIGNMENT =
      new Assignment(
          1,
          "default",
          "dev-1",
          7,
          new VersionRef("tiny", 2, "a".repeat(64)),
          new Assignment.Archive(100, "b".repeat(64), "c".repeat(64)),
          new Assignment.Validity(0, 1),
          new Assignment.Purpose("r", false));
  private static final Progress.Failure WHY =
      new Progress.Failure(ErrorCode.LOAD_FAILED.name(), "because");
  private static final DeploymentEvent FAILED = new DeploymentEvent.Failed(WHY);
  private static final List<DeploymentEvent> GOOD =
      List.of(
          new DeploymentEvent.Fetched(),
          new DeploymentEvent.Verified(),
          new DeploymentEvent.Loaded(Map.of("loadMillis", 1.0)),
          new DeploymentEvent.Proved(Map.of()),
          new DeploymentEvent.Passed(Map.of()));

  @Test
  void goesFromAssignedToCommittedWithOneActionAtEachStep() {
    Step step = DeploymentMachine.begin(ASSIGNMENT, false);
    List<DeploymentState> states = new ArrayList<>(states(step));
    List<Action> actions = new ArrayList<>(List.of(step.action()));
    for (DeploymentEvent event : GOOD) {
      step = DeploymentMachine.on(step.next(), event);
      states.addAll(states(step));
      actions.add(step.action());
    }
    assertThat(states)
        .containsExactly(
            ASSIGNED, FETCHING, VERIFYING, STAGED, OPTIMISING, PROVING, PROBATION, COMMITTED);
    assertThat(actions)
        .containsExactly(
            Action.FETCH, Action.VERIFY, Action.LOAD, Action.PROVE, Action.ACTIVATE, Action.COMMIT);
    assertThat(step.next().ended()).isTrue();
  }

  @Test
  void skipsTheFetchWhenASlotHoldsTheContent() {
    Step step = DeploymentMachine.begin(ASSIGNMENT, true);
    assertThat(states(step)).containsExactly(ASSIGNED, VERIFYING);
    assertThat(step.action()).isEqualTo(Action.VERIFY);
  }

  @Test
  void fetchesQuietlyWhenTheSlotTurnsOutDamaged() {
    Step verifying = DeploymentMachine.begin(ASSIGNMENT, true);
    Step fetching = DeploymentMachine.on(verifying.next(), new DeploymentEvent.ContentMissing());
    assertThat(fetching.transitions()).isEmpty();
    assertThat(fetching.action()).isEqualTo(Action.FETCH);
    Step again = DeploymentMachine.on(fetching.next(), new DeploymentEvent.Fetched());
    assertThat(again.transitions()).isEmpty();
    assertThat(again.next().reported()).isEqualTo(VERIFYING);
  }

  @Test
  void reportsSuccessAtOnceForTheVersionThatRuns() {
    Step step = DeploymentMachine.alreadyRunning(ASSIGNMENT);
    assertThat(states(step)).containsExactly(COMMITTED);
    assertThat(step.action()).isEqualTo(Action.NONE);
  }

  @ParameterizedTest
  @EnumSource(
      value = DeploymentState.class,
      names = {"ASSIGNED", "FETCHING", "VERIFYING", "STAGED", "OPTIMISING", "PROVING"})
  void refusesOnAFailureBeforeProbation(DeploymentState reached) {
    Step step = DeploymentMachine.on(new Deployment(ASSIGNMENT, reached, reached), FAILED);
    assertThat(step.transitions())
        .containsExactly(new Transition(REFUSED, Optional.of(WHY), Map.of()));
    assertThat(step.action()).isEqualTo(Action.ABANDON);
  }

  @Test
  void rollsBackOnAFailureInProbationAlsoWhenItIsRepeatedAfterARestart() {
    for (DeploymentState stage : List.of(PROBATION, VERIFYING, OPTIMISING, PROVING)) {
      Step step = DeploymentMachine.on(new Deployment(ASSIGNMENT, PROBATION, stage), FAILED);
      assertThat(states(step)).containsExactly(ROLLED_BACK);
    }
  }

  @ParameterizedTest
  @EnumSource(DeploymentState.class)
  void reportsNothingTwiceWhenARestartRepeatsTheWork(DeploymentState reached) {
    Step step = DeploymentMachine.restart(new Deployment(ASSIGNMENT, reached, reached), false);
    if (reached.terminal()) {
      assertThat(step.action()).isEqualTo(Action.NONE);
      return;
    }
    assertThat(step.action()).isEqualTo(Action.FETCH);
    List<DeploymentState> states = new ArrayList<>(states(step));
    for (DeploymentEvent event : GOOD) {
      step = DeploymentMachine.on(step.next(), event);
      states.addAll(states(step));
    }
    Set<DeploymentState> later = EnumSet.range(reached, COMMITTED);
    later.remove(reached);
    assertThat(states).containsExactlyElementsOf(later);
  }

  @Test
  void repairsWithoutAReport() {
    Step step = DeploymentMachine.repair(ASSIGNMENT);
    assertThat(step.next().repairs()).isTrue();
    step = DeploymentMachine.on(step.next(), new DeploymentEvent.ContentMissing());
    for (DeploymentEvent event : GOOD) {
      step = DeploymentMachine.on(step.next(), event);
      assertThat(step.transitions()).isEmpty();
    }
    assertThat(step.action()).isEqualTo(Action.COMMIT);
    Step failed = DeploymentMachine.on(DeploymentMachine.repair(ASSIGNMENT).next(), FAILED);
    assertThat(failed.transitions()).isEmpty();
    assertThat(failed.action()).isEqualTo(Action.ABANDON);
  }

  @Test
  void refusesLoudlyWhatAStageDoesNotAllow() {
    Map<DeploymentState, Class<?>> allowed =
        Map.of(
            FETCHING, DeploymentEvent.Fetched.class,
            VERIFYING, DeploymentEvent.Verified.class,
            OPTIMISING, DeploymentEvent.Loaded.class,
            PROVING, DeploymentEvent.Proved.class,
            PROBATION, DeploymentEvent.Passed.class);
    List<DeploymentEvent> events = new ArrayList<>(GOOD);
    events.add(new DeploymentEvent.ContentMissing());
    events.add(FAILED);
    int refused = 0;
    for (DeploymentState state : DeploymentState.values()) {
      for (DeploymentEvent event : events) {
        boolean fits =
            event.getClass().equals(allowed.get(state))
                || (event instanceof DeploymentEvent.ContentMissing && state == VERIFYING)
                || (event instanceof DeploymentEvent.Failed && !state.terminal());
        if (!fits) {
          refused++;
          assertThatIllegalStateException()
              .as("%s in %s", event, state)
              .isThrownBy(
                  () -> DeploymentMachine.on(new Deployment(ASSIGNMENT, state, state), event));
        }
      }
    }
    assertThat(refused).isEqualTo(70 - 5 - 1 - 7);
  }

  @Test
  void everyTransitionIsOneThatTheProtocolAllows() {
    Step step = DeploymentMachine.begin(ASSIGNMENT, false);
    DeploymentState last = ASSIGNED;
    List<DeploymentEvent> events = new ArrayList<>(GOOD);
    for (int i = -1; i < events.size(); i++) {
      step = i < 0 ? step : DeploymentMachine.on(step.next(), events.get(i));
      for (DeploymentState state : states(step)) {
        if (state != ASSIGNED) {
          assertThat(last.next()).contains(state);
        }
        last = state;
      }
    }
  }

  private static List<DeploymentState> states(Step step) {
    return step.transitions().stream().map(Transition::state).toList();
  }
}
