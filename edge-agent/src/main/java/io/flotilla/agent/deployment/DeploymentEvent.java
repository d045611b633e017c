package io.flotilla.agent.deployment;

import io.flotilla.protocol.message.Progress;
import java.util.Map;

/** What can happen to a deployment. */
public sealed interface DeploymentEvent {
  /** All chunks are on disk. */
  record Fetched() implements DeploymentEvent {}

  /** What should be verified is not there, or not whole: it must be fetched again. */
  record ContentMissing() implements DeploymentEvent {}

  /** The content is verified and lies in its slot. */
  record Verified() implements DeploymentEvent {}

  /**
   * The accelerator has the model.
   *
   * @param measurements named figures with their unit in the name
   */
  record Loaded(Map<String, Double> measurements) implements DeploymentEvent {}

  /**
   * The golden vectors agree.
   *
   * @param measurements named figures with their unit in the name
   */
  record Proved(Map<String, Double> measurements) implements DeploymentEvent {}

  /**
   * Probation is over without an error.
   *
   * @param measurements named figures with their unit in the name
   */
  record Passed(Map<String, Double> measurements) implements DeploymentEvent {}

  /**
   * Whatever was being done cannot be done.
   *
   * @param failure why
   */
  record Failed(Progress.Failure failure) implements DeploymentEvent {}
}
