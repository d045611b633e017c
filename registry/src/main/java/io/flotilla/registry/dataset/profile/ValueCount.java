package io.flotilla.registry.dataset.profile;

/**
 * A value and how often it occurs.
 *
 * @param value as text; numbers in one spelling
 * @param count at least 1
 */
public record ValueCount(String value, long count) {}
