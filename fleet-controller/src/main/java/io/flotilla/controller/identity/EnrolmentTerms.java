package io.flotilla.controller.identity;

import java.net.URI;

/**
 * What every device is told.
 *
 * @param tenant first part of its topics
 * @param broker where to connect, {@code mqtts://host:port}, as devices reach it
 * @param assignmentKey the key that verifies assignments, in PEM form
 */
public record EnrolmentTerms(String tenant, URI broker, String assignmentKey) {}
