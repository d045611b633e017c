package io.flotilla.registry.dataset.profile;

/**
 * Parts of the rows that have no value in a column.
 *
 * @param before in the earlier table, 0 to 1; 0 if it does not have the column
 * @param after in the later table
 */
public record MissingShift(double before, double after) {}
