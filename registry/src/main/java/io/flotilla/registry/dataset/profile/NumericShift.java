package io.flotilla.registry.dataset.profile;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * How the numbers of a column differ between two tables.
 *
 * @param meanShift the later mean less the earlier, in pooled standard deviations (d of J. Cohen,
 *     "Statistical Power Analysis", 1988); empty if no value differs from its mean in either table
 *     but the means differ
 * @param quantiles the later quantiles less the earlier ones, in units of the value, and the most
 *     that a difference can be off
 * @param divergence over at most {@link #MAX_BINS} bins of about the same weight, of both tables
 *     together with each weighing half
 */
public record NumericShift(OptionalDouble meanShift, Quantiles quantiles, Divergence divergence) {
  /** Most bins of the divergence. */
  public static final int MAX_BINS = 20;

  static NumericShift between(NumericSummary before, NumericSummary after) {
    return new NumericShift(
        meanShift(before, after),
        quantiles(before.quantiles(), after.quantiles()),
        divergence(before.cells(), after.cells()));
  }

  private static OptionalDouble meanShift(NumericSummary before, NumericSummary after) {
    double shift = after.mean() - before.mean();
    if (shift == 0) {
      return OptionalDouble.of(0);
    }
    double freedomBefore = before.count() - 1.0;
    double freedomAfter = after.count() - 1.0;
    double squares =
        freedomBefore * before.standardDeviation() * before.standardDeviation()
            + freedomAfter * after.standardDeviation() * after.standardDeviation();
    double pooled = Math.sqrt(squares / Math.max(freedomBefore + freedomAfter, 1));
    return pooled == 0 || !Double.isFinite(shift / pooled)
        ? OptionalDouble.empty()
        : OptionalDouble.of(shift / pooled);
  }

  private static Quantiles quantiles(Quantiles before, Quantiles after) {
    return new Quantiles(
        after.p1() - before.p1(),
        after.p5() - before.p5(),
        after.p25() - before.p25(),
        after.p50() - before.p50(),
        after.p75() - before.p75(),
        after.p95() - before.p95(),
        after.p99() - before.p99(),
        after.error() + before.error());
  }

  private static Divergence divergence(CellCounts before, CellCounts after) {
    int shift = Math.max(before.shift(), after.shift());
    TreeMap<Long, long[]> cells = new TreeMap<>();
    long totalBefore = addTo(cells, before.coarsened(shift), 0);
    long totalAfter = addTo(cells, after.coarsened(shift), 1);
    List<long[]> bins = new ArrayList<>();
    double weight = 1;
    for (long[] cell : cells.values()) {
      if (weight >= 1.0 / MAX_BINS && bins.size() < MAX_BINS) {
        bins.add(new long[2]);
        weight = 0;
      }
      bins.getLast()[0] += cell[0];
      bins.getLast()[1] += cell[1];
      weight += ((double) cell[0] / totalBefore + (double) cell[1] / totalAfter) / 2;
    }
    return Divergence.between(
        bins.stream().mapToLong(bin -> bin[0]).toArray(),
        bins.stream().mapToLong(bin -> bin[1]).toArray());
  }

  private static long addTo(TreeMap<Long, long[]> cells, CellCounts counts, int side) {
    long total = 0;
    for (int i = 0; i < counts.keys().size(); i++) {
      long count = counts.counts().get(i);
      cells.computeIfAbsent(counts.keys().get(i), none -> new long[2])[side] += count;
      total += count;
    }
    return total;
  }
}
