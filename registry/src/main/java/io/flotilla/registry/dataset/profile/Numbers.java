package io.flotilla.registry.dataset.profile;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;

/** What is kept of the finite numbers of a column while they come. */
final class Numbers {
  /** Digits that a quotient or root is taken to before it is rounded to float64. */
  private static final MathContext DIGITS = new MathContext(40);

  private final Cells cells;
  private final ExactSum sum = ExactSum.ofNumbers();
  private final ExactSum squares = ExactSum.ofSquares();
  private long count;
  private double min = Double.POSITIVE_INFINITY;
  private double max = Double.NEGATIVE_INFINITY;

  Numbers(int cells) {
    this.cells = new Cells(cells);
  }

  void add(double x) {
    double value = x == 0 ? 0.0 : x;
    count++;
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum.add(value);
    squares.addSquare(value);
    cells.add(value);
  }

  void add(Numbers other) {
    count += other.count;
    min = Math.min(min, other.min);
    max = Math.max(max, other.max);
    sum.add(other.sum);
    squares.add(other.squares);
    cells.add(other.cells);
  }

  NumericSummary summary(Detail detail) {
    CellCounts counts = cells.counts();
    BigInteger total = sum.value();
    return new NumericSummary(
        count,
        min,
        max,
        mean(total),
        standardDeviation(total, squares.value()),
        Quantiles.of(counts, min, max),
        Histogram.of(counts, new Histogram.Range(min, max), detail.bins()),
        counts.atMost(detail.keptCells()));
  }

  private double mean(BigInteger total) {
    return new BigDecimal(total)
        .divide(scaled(BigInteger.valueOf(count), ExactSum.SUM_SCALE), DIGITS)
        .doubleValue();
  }

  /** √((n·Σx² − (Σx)²) ÷ (n·(n − 1))), exact under the root. */
  private double standardDeviation(BigInteger total, BigInteger totalSquares) {
    if (count < 2) {
      return 0;
    }
    BigInteger n = BigInteger.valueOf(count);
    BigInteger deviations = n.multiply(totalSquares).subtract(total.multiply(total));
    return new BigDecimal(deviations)
        .divide(scaled(n.multiply(n.subtract(BigInteger.ONE)), ExactSum.SQUARES_SCALE), DIGITS)
        .sqrt(DIGITS)
        .doubleValue();
  }

  private static BigDecimal scaled(BigInteger value, int bits) {
    return new BigDecimal(value.shiftLeft(bits));
  }
}
