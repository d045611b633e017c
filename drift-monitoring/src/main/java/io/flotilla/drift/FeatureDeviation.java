package io.flotilla.drift;

/**
 * How one feature of a window differs from the baseline.
 *
 * @param feature the feature's name
 * @param deviation two-sample Kolmogorov–Smirnov distance, 0 to 1
 * @param pValue asymptotic p-value of that distance for this feature alone, 0 to 1
 * @param jensenShannon Jensen–Shannon divergence in bits, 0 to 1: an effect size
 * @param normalisedWasserstein Wasserstein-1 distance over the range of the baseline's values, ≥ 0:
 *     an effect size
 */
public record FeatureDeviation(
    String feature,
    double deviation,
    double pValue,
    double jensenShannon,
    double normalisedWasserstein) {}
