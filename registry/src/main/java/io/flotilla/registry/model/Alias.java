package io.flotilla.registry.model;

/**
 * A name for one version of a model.
 *
 * @param alias its name
 * @param version where it points to
 * @param atMs since when, Unix time in milliseconds
 * @param by who moved it there
 * @param reason why; empty text if nobody said
 */
public record Alias(String alias, int version, long atMs, String by, String reason) {}
