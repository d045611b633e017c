package io.flotilla.conversion.variant;

/**
 * Nodes that a rewrite left as they were.
 *
 * @param operator as in {@code MatMul}
 * @param reason why, as part of a sentence
 * @param nodes how many, ≥ 1
 * @param example the name of one of them
 */
public record Skipped(String operator, String reason, int nodes, String example) {}
