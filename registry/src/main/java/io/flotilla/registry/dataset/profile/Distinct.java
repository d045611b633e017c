package io.flotilla.registry.dataset.profile;

/**
 * How many different values a column has, missing ones not counted.
 *
 * @param count exact or estimated
 * @param exact whether it was counted
 * @param standardError of an estimate, in values; 0 if it was counted
 */
public record Distinct(long count, boolean exact, double standardError) {}
