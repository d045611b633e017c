package io.flotilla.simulator.digits;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * An endless stream of rows: all of them in a random order, then all again in another. Confined to
 * one thread at a time.
 */
public final class RowStream {
  private final List<DigitRow> order;
  private final RandomGenerator random;
  private int next;

  /**
   * A stream over these rows.
   *
   * @param rows at least one
   * @param random decides the order; nothing else may draw from it
   */
  public RowStream(List<DigitRow> rows, RandomGenerator random) {
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("a stream needs rows");
    }
    this.order = new ArrayList<>(rows);
    this.random = random;
    this.next = order.size();
  }

  /** The next row. */
  public DigitRow next() {
    if (next == order.size()) {
      Collections.shuffle(order, random);
      next = 0;
    }
    return order.get(next++);
  }
}
