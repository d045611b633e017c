package io.flotilla.drift;

/**
 * How the predictions of a window differ from the baseline's: reported beside the verdict, and no
 * part of it.
 *
 * @param totalVariation half the summed differences of the categories' shares, 0 to 1
 * @param pValue of a two-sample chi-squared test, 0 to 1; 1 where there is too little to test
 * @param jensenShannon Jensen–Shannon divergence in bits, 0 to 1
 * @param unknown rows of the window whose prediction was none of the baseline's categories
 */
public record PredictionShift(
    double totalVariation, double pValue, double jensenShannon, long unknown) {}
