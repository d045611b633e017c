package io.flotilla.conversion.diff;

/**
 * An operator that one model uses more often than the other.
 *
 * @param operator as in {@code Conv}, with its domain where that is not the default one
 * @param before how often in the first model, subgraphs included
 * @param after how often in the second
 */
public record OperatorChange(String operator, int before, int after) {
  /** Part of a sentence. */
  String words() {
    if (before == 0) {
      return "%d × %s added".formatted(after, operator);
    }
    return after == 0
        ? "%d × %s removed".formatted(before, operator)
        : "%s %d → %d".formatted(operator, before, after);
  }
}
