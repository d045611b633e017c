package io.flotilla.simulator.command;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a fleet process says. Every command is answered by exactly one that is not progress. */
public sealed interface FleetEvent {
  /**
   * Part of a command is done.
   *
   * @param command the command's name
   * @param done parts done
   * @param total parts in all
   */
  record Progress(String command, long done, long total) implements FleetEvent {}

  /**
   * All devices have an identity.
   *
   * @param devices how many
   */
  record Enrolled(int devices) implements FleetEvent {}

  /**
   * All agents run.
   *
   * @param devices how many
   */
  record Started(int devices) implements FleetEvent {}

  /**
   * All devices scored what they were given.
   *
   * @param predictions predictions made by this command
   */
  record Fed(long predictions) implements FleetEvent {}

  /**
   * Cameras are changed.
   *
   * @param devices ids
   * @param kind their cameras' kind now
   */
  record Degraded(List<String> devices, String kind) implements FleetEvent {}

  /**
   * How the devices are.
   *
   * @param devices one entry per device, by id
   */
  record Status(List<DeviceStatus> devices) implements FleetEvent {}

  /**
   * The labels are written.
   *
   * @param count how many
   */
  record Labels(long count) implements FleetEvent {}

  /**
   * The wait is over.
   *
   * @param unacknowledged records that no acknowledgement came for; 0 if all is well
   */
  record Drained(long unacknowledged) implements FleetEvent {}

  /** All agents stopped. */
  record Stopped() implements FleetEvent {}

  /**
   * The command failed.
   *
   * @param code stable error code
   * @param message one sentence
   */
  record Failed(String code, String message) implements FleetEvent {}

  /**
   * How one device is.
   *
   * @param id its id
   * @param running {@code model:version} that it scores with; empty before the first
   * @param made predictions made
   * @param captured predictions written to the spool
   * @param refused predictions that the spool's budget refused
   * @param unacknowledged records of the spool that the controller has not acknowledged
   * @param deployments how often a deployment of each version ended in each state
   */
  record DeviceStatus(
      String id,
      Optional<String> running,
      long made,
      long captured,
      long refused,
      long unacknowledged,
      Map<String, Map<String, Long>> deployments) {}
}
