package io.flotilla.agent.deployment;

import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.DeploymentState;
import io.flotilla.protocol.message.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The decisions of a deployment: a state and an event give the next state, the transitions to make
 * durable and report, and what to do after that. Pure. The states are drawn at {@link
 * DeploymentState}; an event that its stage does not allow is a bug and refused loudly.
 *
 * <p>After a restart nothing in memory is left, so the work is repeated from the last thing on
 * disk, verification always included; what was reported before is not reported again.
 */
public final class DeploymentMachine {
  private DeploymentMachine() {}

  /** What to do once the transitions are durable. */
  public enum Action {
    /** Get the missing chunks; ends in Fetched or Failed. */
    FETCH,
    /** Check the slot or the archive; ends in Verified, ContentMissing or Failed. */
    VERIFY,
    /** Load onto the accelerator; ends in Loaded or Failed. */
    LOAD,
    /** Run the golden vectors; ends in Proved or Failed. */
    PROVE,
    /** Switch to the new version and watch it; ends in Passed or Failed. */
    ACTIVATE,
    /** It is the committed version now: tidy up. */
    COMMIT,
    /** Return to the committed version, forget the new one. */
    ABANDON,
    /** Nothing. */
    NONE
  }

  /**
   * A transition to report.
   *
   * @param state the state entered
   * @param failure why, if it is a bad end
   * @param measurements named figures
   */
  public record Transition(
      DeploymentState state, Optional<Progress.Failure> failure, Map<String, Double> measurements) {
    /** Copies the map. */
    public Transition {
      measurements = Map.copyOf(measurements);
    }
  }

  /**
   * A decision.
   *
   * @param next the deployment from now on
   * @param transitions what to make durable and report, in order; empty while work is repeated
   * @param action what to do after that
   */
  public record Step(Deployment next, List<Transition> transitions, Action action) {
    /** Copies the list. */
    public Step {
      transitions = List.copyOf(transitions);
    }
  }

  /**
   * Takes on an assignment.
   *
   * @param slotPresent whether a slot may hold its content already
   */
  public static Step begin(Assignment assignment, boolean slotPresent) {
    Deployment fresh =
        new Deployment(assignment, DeploymentState.ASSIGNED, DeploymentState.ASSIGNED);
    Step step = start(fresh, slotPresent);
    List<Transition> transitions = new ArrayList<>();
    transitions.add(plain(DeploymentState.ASSIGNED));
    transitions.addAll(step.transitions());
    return new Step(step.next(), transitions, step.action());
  }

  /** Takes on an assignment of the version that runs: done at once. */
  public static Step alreadyRunning(Assignment assignment) {
    return new Step(
        new Deployment(assignment, DeploymentState.COMMITTED, DeploymentState.COMMITTED),
        List.of(plain(DeploymentState.COMMITTED)),
        Action.NONE);
  }

  /** Takes up a deployment that a restart interrupted; nothing to do if it had ended. */
  public static Step restart(Deployment deployment, boolean slotPresent) {
    if (deployment.reported().terminal()) {
      return new Step(deployment, List.of(), Action.NONE);
    }
    return start(deployment, slotPresent);
  }

  /**
   * Gets the committed version to run again, which it did not after a restart: from its slot if
   * that is whole, else from the controller. Reports nothing.
   */
  public static Step repair(Assignment committed) {
    return new Step(
        new Deployment(committed, DeploymentState.COMMITTED, DeploymentState.VERIFYING),
        List.of(),
        Action.VERIFY);
  }

  /**
   * What follows from an event.
   *
   * @throws IllegalStateException if the stage does not allow the event
   */
  public static Step on(Deployment deployment, DeploymentEvent event) {
    if (deployment.ended()) {
      throw illegal(deployment, event);
    }
    DeploymentState stage = deployment.stage();
    return switch (event) {
      case DeploymentEvent.Fetched e when stage == DeploymentState.FETCHING ->
          enter(deployment, Action.VERIFY, plain(DeploymentState.VERIFYING));
      case DeploymentEvent.ContentMissing e when stage == DeploymentState.VERIFYING ->
          new Step(at(deployment, DeploymentState.FETCHING), List.of(), Action.FETCH);
      case DeploymentEvent.Verified e when stage == DeploymentState.VERIFYING ->
          enter(
              deployment,
              Action.LOAD,
              plain(DeploymentState.STAGED),
              plain(DeploymentState.OPTIMISING));
      case DeploymentEvent.Loaded e when stage == DeploymentState.OPTIMISING ->
          enter(deployment, Action.PROVE, measured(DeploymentState.PROVING, e.measurements()));
      case DeploymentEvent.Proved e when stage == DeploymentState.PROVING ->
          enter(deployment, Action.ACTIVATE, measured(DeploymentState.PROBATION, e.measurements()));
      case DeploymentEvent.Passed e when stage == DeploymentState.PROBATION ->
          enter(deployment, Action.COMMIT, measured(DeploymentState.COMMITTED, e.measurements()));
      case DeploymentEvent.Failed e -> fail(deployment, e.failure());
      default -> throw illegal(deployment, event);
    };
  }

  private static Step start(Deployment deployment, boolean slotPresent) {
    return slotPresent
        ? enter(deployment, Action.VERIFY, plain(DeploymentState.VERIFYING))
        : enter(deployment, Action.FETCH, plain(DeploymentState.FETCHING));
  }

  private static Step fail(Deployment deployment, Progress.Failure failure) {
    DeploymentState reported = deployment.reported();
    if (reported == DeploymentState.COMMITTED) {
      return new Step(at(deployment, DeploymentState.REFUSED), List.of(), Action.ABANDON);
    }
    DeploymentState end =
        reported == DeploymentState.PROBATION
            ? DeploymentState.ROLLED_BACK
            : DeploymentState.REFUSED;
    return enter(deployment, Action.ABANDON, new Transition(end, Optional.of(failure), Map.of()));
  }

  private static Step enter(Deployment deployment, Action action, Transition... through) {
    DeploymentState reported = deployment.reported();
    DeploymentState stage = deployment.stage();
    List<Transition> news = new ArrayList<>();
    for (Transition transition : through) {
      stage = transition.state();
      if (stage.compareTo(reported) > 0) {
        if (!reported.next().contains(stage)) {
          throw new IllegalStateException("no way from " + reported + " to " + stage);
        }
        reported = stage;
        news.add(transition);
      }
    }
    return new Step(new Deployment(deployment.assignment(), reported, stage), news, action);
  }

  private static Deployment at(Deployment deployment, DeploymentState stage) {
    return new Deployment(deployment.assignment(), deployment.reported(), stage);
  }

  private static Transition plain(DeploymentState state) {
    return new Transition(state, Optional.empty(), Map.of());
  }

  private static Transition measured(DeploymentState state, Map<String, Double> measurements) {
    return new Transition(state, Optional.empty(), measurements);
  }

  private static IllegalStateException illegal(Deployment deployment, DeploymentEvent event) {
    return new IllegalStateException("%s cannot happen in %s".formatted(event, deployment.stage()));
  }
}
