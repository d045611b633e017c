package io.flotilla.registry.dataset.profile;

/**
 * The finite numbers of a column, taken as float64; of a column of timestamps, Unix times in
 * milliseconds.
 *
 * @param count how many, at least 1
 * @param min the least
 * @param max the largest
 * @param mean of all, summed exactly and rounded once
 * @param standardDeviation of the sample, with n − 1; 0 for one number; infinite beyond float64
 * @param quantiles by rank
 * @param histogram in bins of one width
 * @param cells the same in cells that another profile has as well
 */
public record NumericSummary(
    long count,
    double min,
    double max,
    double mean,
    double standardDeviation,
    Quantiles quantiles,
    Histogram histogram,
    CellCounts cells) {}
