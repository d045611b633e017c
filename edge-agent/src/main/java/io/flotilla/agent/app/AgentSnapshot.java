package io.flotilla.agent.app;

import io.flotilla.agent.spool.Spool;
import io.flotilla.protocol.message.DeploymentState;
import io.flotilla.protocol.message.Progress;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.protocol.message.WindowReport.Totals;
import java.util.Optional;

/**
 * An agent's state at a moment.
 *
 * @param deviceId who it is
 * @param bootId id of this process life
 * @param connected whether the broker accepted the current connection
 * @param running the committed version, if one is loaded
 * @param deployment the last deployment of this process life or the one in progress, if any
 * @param totals predictions made, captured and refused
 * @param spool what waits for the controller
 */
public record AgentSnapshot(
    String deviceId,
    String bootId,
    boolean connected,
    Optional<VersionRef> running,
    Optional<DeploymentStatus> deployment,
    Totals totals,
    Spool.Status spool) {
  /** Whether everything spooled has been stored by the controller. */
  public boolean drained() {
    return spool.released() == spool.last();
  }

  /**
   * A deployment.
   *
   * @param assignment number of its assignment
   * @param target the version
   * @param state the furthest state reached
   * @param failure why it ended badly, if it did
   */
  public record DeploymentStatus(
      long assignment,
      VersionRef target,
      DeploymentState state,
      Optional<Progress.Failure> failure) {}
}
