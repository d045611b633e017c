package io.flotilla.agent.deployment;

import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.DeploymentState;

/**
 * One device carrying out one assignment.
 *
 * @param assignment what is being carried out
 * @param reported the furthest state reached, durable and reported; it never goes back
 * @param stage what is being done now; behind {@code reported} while work is repeated after a
 *     restart, which is not reported again
 */
public record Deployment(Assignment assignment, DeploymentState reported, DeploymentState stage) {
  /** Whether nothing is left to do. */
  public boolean ended() {
    return stage.terminal();
  }

  /** Whether this repairs a version that was committed before and cannot be used any more. */
  public boolean repairs() {
    return reported == DeploymentState.COMMITTED && !ended();
  }
}
