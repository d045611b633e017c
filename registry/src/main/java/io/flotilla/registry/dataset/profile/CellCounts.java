package io.flotilla.registry.dataset.profile;

import java.util.ArrayList;
import java.util.List;

/**
 * How often values occur, in cells of float64 numbers that agree in their leading bits. With any
 * other such counts it has common cells: see {@link #coarsened}.
 *
 * @param shift trailing bits that the numbers of a cell may differ in, 0 to 62; 0 means that each
 *     cell is one number
 * @param keys the leading bits in the order of the numbers
 * @param counts how often, one for each key, at least 1
 */
public record CellCounts(int shift, List<Long> keys, List<Long> counts) {
  /** Copies the lists. */
  public CellCounts {
    keys = List.copyOf(keys);
    counts = List.copyOf(counts);
    if (keys.size() != counts.size() || shift < 0 || shift >= Long.SIZE - 1) {
      throw new IllegalArgumentException("cells need a count each");
    }
  }

  /** Least number of the i-th cell. */
  public double lower(int i) {
    return Cells.number(keys.get(i) << shift);
  }

  /** Largest number of the i-th cell. */
  public double upper(int i) {
    return Cells.number(((keys.get(i) + 1) << shift) - 1);
  }

  /** Whether each cell is one number. */
  public boolean exact() {
    return shift == 0;
  }

  /** The same in cells of at least so many differing bits. */
  public CellCounts coarsened(int toShift) {
    if (toShift <= shift) {
      return this;
    }
    List<Long> merged = new ArrayList<>();
    List<Long> amounts = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      long key = keys.get(i) >> (toShift - shift);
      int last = merged.size() - 1;
      if (last >= 0 && merged.get(last) == key) {
        amounts.set(last, amounts.get(last) + counts.get(i));
      } else {
        merged.add(key);
        amounts.add(counts.get(i));
      }
    }
    return new CellCounts(toShift, merged, amounts);
  }

  /** The finest of these cells that are at most so many. */
  CellCounts atMost(int cells) {
    CellCounts fit = this;
    while (fit.keys.size() > cells) {
      fit = fit.coarsened(fit.shift + 1);
    }
    return fit;
  }
}
