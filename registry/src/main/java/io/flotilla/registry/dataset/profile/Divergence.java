package io.flotilla.registry.dataset.profile;

/**
 * How far two distributions over the same bins are from each other.
 *
 * @param psi population stability index, Σ (p − q)·ln(p ÷ q) (N. Siddiqi, "Credit Risk Scorecards",
 *     2006; J of H. Jeffreys, 1946), with half a value added to each bin of both so that an empty
 *     bin does not make it infinite. At least 0; 0.1 and 0.25 are customary marks, but for small
 *     samples they are passed by chance
 * @param jensenShannon divergence to base 2, 0 for the same and 1 for nothing in common (J. Lin,
 *     "Divergence measures based on the Shannon entropy", 1991)
 * @param bins that were compared
 */
public record Divergence(double psi, double jensenShannon, int bins) {
  private static final double ADDED = 0.5;
  private static final double LN_2 = Math.log(2);

  /** Between counts of the same bins, of which each side has at least one. */
  static Divergence between(long[] before, long[] after) {
    double totalBefore = sum(before);
    double totalAfter = sum(after);
    int bins = before.length;
    double psi = 0;
    double jensenShannon = 0;
    for (int i = 0; i < bins; i++) {
      double p = (before[i] + ADDED) / (totalBefore + ADDED * bins);
      double q = (after[i] + ADDED) / (totalAfter + ADDED * bins);
      psi += (q - p) * Math.log(q / p);
      double plainP = before[i] / totalBefore;
      double plainQ = after[i] / totalAfter;
      double middle = (plainP + plainQ) / 2;
      jensenShannon += (part(plainP, middle) + part(plainQ, middle)) / 2;
    }
    return new Divergence(psi, Math.clamp(jensenShannon / LN_2, 0, 1), bins);
  }

  private static double part(double share, double middle) {
    return share == 0 ? 0 : share * Math.log(share / middle);
  }

  private static double sum(long[] counts) {
    double sum = 0;
    for (long count : counts) {
      sum += count;
    }
    return sum;
  }
}
