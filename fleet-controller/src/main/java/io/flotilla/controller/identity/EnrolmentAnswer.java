package io.flotilla.controller.identity;

/**
 * What a device gets to be one of the fleet.
 *
 * @param deviceId its id
 * @param certificate its certificate, in PEM form
 * @param ca the authority's certificate, in PEM form
 * @param assignmentKey the key that verifies its assignments, in PEM form
 * @param broker where to connect, {@code mqtts://host:port}
 * @param tenant first part of its topics
 */
public record EnrolmentAnswer(
    String deviceId,
    String certificate,
    String ca,
    String assignmentKey,
    String broker,
    String tenant) {}
