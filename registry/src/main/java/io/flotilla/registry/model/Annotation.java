package io.flotilla.registry.model;

/**
 * A change of what is noted about a version.
 *
 * @param tags changes of its tags
 * @param metrics changes of its metrics
 */
public record Annotation(Changes<String> tags, Changes<Double> metrics) {}
