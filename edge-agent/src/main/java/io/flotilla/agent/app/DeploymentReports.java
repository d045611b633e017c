package io.flotilla.agent.app;

import io.flotilla.agent.deployment.Deployment;
import io.flotilla.agent.deployment.DeploymentMachine.Transition;
import io.flotilla.agent.deployment.DeploymentMemory;
import io.flotilla.agent.deployment.DeploymentMemory.Committed;
import io.flotilla.agent.spool.Spool;
import io.flotilla.agent.store.AgentStore;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.DeploymentState;
import io.flotilla.protocol.message.DeviceEvent;
import io.flotilla.protocol.message.Progress;
import io.flotilla.protocol.message.Reported;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.protocol.topic.UpKind;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Makes what happens to deployments durable and reports it, in one atomic write each, synced before
 * anything is done about it. Confined to the decision thread.
 */
final class DeploymentReports {
  private static final String REPORTED = "deployment/reported";
  private static final long EVENT_PAUSE_MS = 60_000;

  private final AgentStore store;
  private final Spool spool;
  private final Clock clock;

  /** When an event of a code was last reported, so that a flood of bad messages fills no disk. */
  private final Map<ErrorCode, Long> lastEventMs = new EnumMap<>(ErrorCode.class);

  DeploymentReports(AgentStore store, Spool spool, Clock clock) {
    this.store = store;
    this.spool = spool;
    this.clock = clock;
  }

  /**
   * A transition of a deployment, which makes {@code before} the previous version if it commits.
   */
  void transition(Deployment deployment, Transition transition, Optional<Committed> before) {
    Assignment assignment = deployment.assignment();
    Deployment reached = new Deployment(assignment, transition.state(), transition.state());
    spool.offer(
        UpKind.PROGRESS,
        MessageCodec.encode(progress(assignment, transition)),
        (admitted, changes) -> {
          DeploymentMemory.seen(assignment, changes);
          DeploymentMemory.at(reached, changes);
          if (transition.state() == DeploymentState.COMMITTED) {
            DeploymentMemory.commit(committed(assignment, before), before, changes);
          }
        });
  }

  /**
   * A bundle that was running already was verified when it was first committed: it keeps that
   * moment, at which its trust policy is judged after a restart.
   */
  private Committed committed(Assignment assignment, Optional<Committed> before) {
    return new Committed(
        assignment,
        before
            .filter(known -> known.version().bundle().equals(assignment.target().bundle()))
            .map(Committed::sinceMs)
            .orElseGet(clock::millis));
  }

  /** An assignment that is refused without a deployment. */
  void refusal(Assignment assignment, Progress.Failure failure) {
    Transition refused = new Transition(DeploymentState.REFUSED, Optional.of(failure), Map.of());
    spool.offer(
        UpKind.PROGRESS,
        MessageCodec.encode(progress(assignment, refused)),
        (admitted, changes) -> DeploymentMemory.seen(assignment, changes));
    spool.sync();
  }

  /** Something that belongs to no deployment; at most once a minute for each code. */
  void event(ErrorCode code, String detail) {
    long nowMs = clock.millis();
    Long last = lastEventMs.get(code);
    if (last != null && nowMs >= last && nowMs - last < EVENT_PAUSE_MS) {
      return;
    }
    lastEventMs.put(code, nowMs);
    spool.offer(
        UpKind.EVENTS,
        MessageCodec.encode(new DeviceEvent(1, code.name(), detail, nowMs)),
        Spool.Alongside.NOTHING);
    spool.sync();
  }

  /** What runs now, unless the same was reported before. */
  void running(Optional<VersionRef> running, String accelerator, long assignment, long sinceMs) {
    byte[] mark =
        "%s %d %d"
            .formatted(running.map(VersionRef::bundle).orElse("-"), assignment, sinceMs)
            .getBytes(StandardCharsets.UTF_8);
    if (store.value(REPORTED).filter(known -> Arrays.equals(known, mark)).isPresent()) {
      return;
    }
    Reported reported =
        new Reported(1, running, running.isPresent() ? accelerator : "", assignment, sinceMs);
    spool.offer(
        UpKind.REPORTED,
        MessageCodec.encode(reported),
        (admitted, changes) -> {
          if (admitted) {
            changes.put(REPORTED, mark);
          }
        });
    spool.sync();
  }

  void sync() {
    spool.sync();
  }

  private Progress progress(Assignment assignment, Transition transition) {
    return new Progress(
        1,
        assignment.number(),
        assignment.target(),
        transition.state(),
        transition.failure(),
        transition.measurements(),
        clock.millis());
  }
}
