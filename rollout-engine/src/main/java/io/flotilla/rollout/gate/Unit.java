package io.flotilla.rollout.gate;

import java.util.List;

/**
 * One device that has the version under test and has done enough to count, with the devices beside
 * it that have not: its badness now and before, and how theirs changed at the same time. What hits
 * all of them, such as nightfall, cancels out.
 *
 * @param treated the device's own change
 * @param references changes of devices that run the control, or still what they ran before; each
 *     device stands beside one unit at most; may be empty
 */
public record Unit(Change treated, List<Change> references) {
  /** Most references of a unit: beyond that there is little left to win. */
  public static final int MAX_REFERENCES = 3;

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if there are more than {@value #MAX_REFERENCES} references
   */
  public Unit {
    references = List.copyOf(references);
    if (references.size() > MAX_REFERENCES) {
      throw new IllegalArgumentException(
          "a unit has at most %d references".formatted(MAX_REFERENCES));
    }
  }

  /**
   * By how much the device changed for the worse more than those beside it, −2 to 2. Formula:
   * {@code (now − before) − mean over references of (now − before)}.
   */
  public double difference() {
    double beside = references.stream().mapToDouble(Change::difference).average().orElse(0);
    return treated.difference() - beside;
  }

  /**
   * How a device changed.
   *
   * @param now its badness now, 0 to 1
   * @param before its badness before, 0 to 1
   */
  public record Change(double now, double before) {
    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if one is outside, or not a number
     */
    public Change {
      if (!(now >= 0 && now <= 1 && before >= 0 && before <= 1)) {
        throw new IllegalArgumentException(
            "badness is 0 to 1, not %s and %s before".formatted(now, before));
      }
    }

    /** From −1 to 1; positive if it got worse. */
    public double difference() {
      return now - before;
    }
  }
}
