package io.flotilla.cli.bench;

import java.util.Arrays;
import java.util.function.IntToLongFunction;

/**
 * Two things measured in turns, so that what disturbs the machine disturbs both.
 *
 * @param subjectNanos median time of one run of the subject, in nanoseconds
 * @param floorNanos median time of one run of the floor, in nanoseconds
 * @param ratio median over the rounds of subject ÷ floor
 */
record Rounds(double subjectNanos, double floorNanos, double ratio) {
  /**
   * Measures.
   *
   * @param rounds pairs that count, ≥ 1; a quarter as many go before to warm up
   * @param iterations runs in each half of a pair, ≥ 1
   * @param subject runs the subject so many times and gives the nanoseconds it took
   * @param floor the same for the floor
   */
  static Rounds measure(
      int rounds, int iterations, IntToLongFunction subject, IntToLongFunction floor) {
    double[] subjects = new double[rounds];
    double[] floors = new double[rounds];
    double[] ratios = new double[rounds];
    for (int round = -rounds / 4; round < rounds; round++) {
      // Who goes first alternates: the second of a pair finds warmer caches.
      boolean subjectFirst = (round & 1) == 0;
      long first = (subjectFirst ? subject : floor).applyAsLong(iterations);
      long second = (subjectFirst ? floor : subject).applyAsLong(iterations);
      if (round >= 0) {
        subjects[round] = (double) (subjectFirst ? first : second) / iterations;
        floors[round] = (double) (subjectFirst ? second : first) / iterations;
        ratios[round] = subjects[round] / floors[round];
      }
    }
    return new Rounds(median(subjects), median(floors), median(ratios));
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
