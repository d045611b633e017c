package io.flotilla.registry.dataset.profile;

/**
 * Quantiles by rank: the least value that has at least that part of the values at or below it (type
 * 1 of R. Hyndman and Y. Fan, "Sample quantiles in statistical packages", 1996).
 *
 * @param p1 1 % of the values are at or below it
 * @param p5 5 %
 * @param p25 25 %
 * @param p50 the median
 * @param p75 75 %
 * @param p95 95 %
 * @param p99 99 %
 * @param error the most that any of them can be off, in units of the value; 0 where each value had
 *     its own cell
 */
public record Quantiles(
    double p1,
    double p5,
    double p25,
    double p50,
    double p75,
    double p95,
    double p99,
    double error) {
  private static final double[] PARTS = {0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99};

  /** The seven quantiles of these cells, each in the middle of its cell. */
  static Quantiles of(CellCounts cells, double min, double max) {
    long total = cells.counts().stream().mapToLong(Long::longValue).sum();
    double[] found = new double[PARTS.length];
    double error = 0;
    int cell = 0;
    long reached = cells.counts().getFirst();
    for (int i = 0; i < PARTS.length; i++) {
      while (reached < PARTS[i] * total) {
        cell++;
        reached += cells.counts().get(cell);
      }
      double lower = Math.max(cells.lower(cell), min);
      double upper = Math.min(cells.upper(cell), max);
      found[i] = lower / 2 + upper / 2;
      if (lower == upper) {
        found[i] = lower;
      }
      error = Math.max(error, Math.max(found[i] - lower, upper - found[i]));
    }
    return new Quantiles(
        found[0], found[1], found[2], found[3], found[4], found[5], found[6], error);
  }
}
