package io.flotilla.registry.model;

import java.util.OptionalInt;

/**
 * One change of an alias.
 *
 * @param sequence counted from 1 for each alias
 * @param before where it pointed to; empty if nowhere
 * @param after where it points to since; empty if it was removed
 * @param atMs Unix time in milliseconds
 * @param by who did it
 * @param reason why; empty text if nobody said
 */
public record AliasChange(
    long sequence, OptionalInt before, OptionalInt after, long atMs, String by, String reason) {}
