package io.flotilla.conversion.report;

import java.util.List;

/**
 * What is right, for accuracy.
 *
 * @param output the output that is judged: the place of its largest value if it is of
 *     floating-point numbers, its first value if it is of integers; each call must give one answer
 * @param expected one per row, in the rows' order
 */
public record Labels(String output, List<Long> expected) {
  /** Copies the list. */
  public Labels {
    expected = List.copyOf(expected);
  }
}
