package io.flotilla.protocol.message;

/**
 * Presence. The offline form is the connection's last will.
 *
 * @param schema version of this message; 1
 * @param online whether the device is connected
 * @param bootId random id of the process life that says so
 */
public record Status(int schema, boolean online, String bootId) {}
