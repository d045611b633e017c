package io.flotilla.protocol.message;

import java.util.Optional;

/**
 * First message of every connection, and said again when the device is not answered.
 *
 * @param schema version of this message; 1
 * @param agentVersion the agent's own version
 * @param bootId random id of this process life
 * @param spoolId random id of the spool; a wiped device has a new one
 * @param hardware what the device is made of
 * @param running the committed version, if any
 * @param lastAssignment number of the last assignment accepted, or refused for good; 0 if none
 * @param past what the controller said before; empty if the device does not tell, as in messages of
 *     before there was this key
 */
public record Hello(
    int schema,
    String agentVersion,
    String bootId,
    String spoolId,
    HardwareFacts hardware,
    Optional<VersionRef> running,
    long lastAssignment,
    Optional<Past> past) {
  /**
   * What the device has from its controller, so that one which was set back to an older copy of its
   * records learns how far it had come.
   *
   * @param released last sequence number of this spool that the controller said it stored, and that
   *     the device therefore no longer has; 0 if none. No controller that kept its records knows
   *     less than this.
   * @param lastTarget what the last assignment asked for; empty if there was none
   */
  public record Past(long released, Optional<VersionRef> lastTarget) {}
}
