package io.flotilla.registry.dataset.profile;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How often values occur in bins of one width, which is a power of two, as are multiples of it the
 * edges.
 *
 * @param lower least edge of the first bin; a bin has its lower edge and not its upper one
 * @param width of each bin; 0 if all values are the same, {@code lower}
 * @param counts one for each bin from the first that has values to the last
 */
public record Histogram(double lower, double width, List<Long> counts) {
  private static final int MAX_EXPONENT = 1023;

  /** Copies the collection. */
  public Histogram {
    counts = List.copyOf(counts);
  }

  /** The smallest and the largest of the values. */
  record Range(double min, double max) {}

  /** The narrowest bins, at most so many, of which none cuts a cell. */
  static Histogram of(CellCounts cells, Range range, int bins) {
    if (range.min() == range.max()) {
      long all = cells.counts().stream().mapToLong(Long::longValue).sum();
      return new Histogram(range.min(), 0, List.of(all));
    }
    int exponent = Math.max(Math.getExponent(range.max() - range.min()) - 7, -1074);
    while (exponent < MAX_EXPONENT && !fits(cells, range, exponent, bins)) {
      exponent++;
    }
    long first = bin(range.min(), exponent);
    int length = (int) (bin(range.max(), exponent) - first + 1);
    List<Long> counts = new ArrayList<>(Collections.nCopies(length, 0L));
    for (int i = 0; i < cells.keys().size(); i++) {
      int at = (int) (bin(Math.max(cells.lower(i), range.min()), exponent) - first);
      counts.set(at, counts.get(at) + cells.counts().get(i));
    }
    return new Histogram(Math.scalb((double) first, exponent), Math.scalb(1.0, exponent), counts);
  }

  private static boolean fits(CellCounts cells, Range range, int exponent, int bins) {
    if (bin(range.max(), exponent) - bin(range.min(), exponent) >= bins) {
      return false;
    }
    for (int i = 0; i < cells.keys().size(); i++) {
      long lower = bin(Math.max(cells.lower(i), range.min()), exponent);
      if (lower != bin(Math.min(cells.upper(i), range.max()), exponent)) {
        return false;
      }
    }
    return true;
  }

  private static long bin(double value, int exponent) {
    // In two steps, since 2^1074 is no float64.
    double scaled = Math.scalb(Math.scalb(value, -exponent / 2), -exponent - -exponent / 2);
    return (long) Math.floor(scaled == 0 && value < 0 ? -1 : scaled);
  }
}
