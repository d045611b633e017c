package io.flotilla.protocol.message;

import java.util.Optional;

/**
 * First message of every connection.
 *
 * @param schema version of this message; 1
 * @param agentVersion the agent's own version
 * @param bootId random id of this process life
 * @param spoolId random id of the spool; a wiped device has a new one
 * @param hardware what the device is made of
 * @param running the committed version, if any
 * @param lastAssignment number of the last assignment accepted; 0 if none
 */
public record Hello(
    int schema,
    String agentVersion,
    String bootId,
    String spoolId,
    HardwareFacts hardware,
    Optional<VersionRef> running,
    long lastAssignment) {}
