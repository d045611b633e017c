package io.flotilla.protocol.message;

/**
 * The controller's word that it stored all messages of a spool up to a number.
 *
 * @param schema version of this message; 1
 * @param spoolId the spool
 * @param through the last number stored; 0 if none
 */
public record Ack(int schema, String spoolId, long through) {}
