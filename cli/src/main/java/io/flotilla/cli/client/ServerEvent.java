package io.flotilla.cli.client;

import io.flotilla.cli.codec.Json;

/**
 * One event of the controller's stream.
 *
 * @param id where to go on from after a break
 * @param data the CloudEvents 1.0 object
 */
public record ServerEvent(String id, Json data) {}
