package io.flotilla.rollout.gate;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Evidence against "the mean is at most 0", for values in [−1, 1] that come one by one: the capital
 * of players who each bet a fixed part of what they have on the next value being positive. If the
 * mean of each value, given those before it, is at most 0, no player can expect to win, so the mean
 * of their capitals reaches {@code 1/α} ever with probability α at most: looking at every value,
 * and stopping when one likes, costs nothing (Ville's inequality). Waudby-Smith and Ramdas,
 * Estimating means of bounded random variables by betting, JRSS B 86 (2024), section 4; a fixed
 * grid of bets in place of their predictable ones, so that the order of the values does not matter
 * and evidence of disjoint devices is merged by adding logarithms.
 *
 * @param logCapital natural logarithm of what each of the {@value #PLAYERS} players has, who began
 *     with 1; finite
 * @param values values so far, 0 or more
 */
public record EProcess(List<Double> logCapital, long values) {
  /** Number of players. */
  public static final int PLAYERS = 12;

  private static final double BOLDEST = 0.95;
  private static final double STEP = 0.7;
  private static final double[] BETS = bets();

  /**
   * Checks the shape.
   *
   * @throws IllegalArgumentException if there is not one finite number for each player
   */
  public EProcess {
    logCapital = List.copyOf(logCapital);
    if (logCapital.size() != PLAYERS
        || values < 0
        || !logCapital.stream().allMatch(Double::isFinite)) {
      throw new IllegalArgumentException(
          "evidence has %d finite logarithms and 0 or more values".formatted(PLAYERS));
    }
  }

  /** Before the first value. */
  public static EProcess begin() {
    return new EProcess(Collections.nCopies(PLAYERS, 0.0), 0);
  }

  /**
   * After one more value.
   *
   * @param value −1 to 1
   * @throws IllegalArgumentException if it is outside, or not a number
   */
  public EProcess next(double value) {
    return next(value, 1);
  }

  /** After the same value so many times, 0 or more: see {@link #next(double)}. */
  EProcess next(double value, long times) {
    if (!(value >= -1 && value <= 1)) {
      throw new IllegalArgumentException("a value is -1 to 1, not " + value);
    }
    List<Double> next = new ArrayList<>(PLAYERS);
    for (int i = 0; i < PLAYERS; i++) {
      next.add(logCapital.get(i) + times * Math.log1p(BETS[i] * value));
    }
    return new EProcess(next, values + times);
  }

  /** The evidence of both, which must not have a device in common. */
  public EProcess merge(EProcess other) {
    List<Double> sum = new ArrayList<>(PLAYERS);
    for (int i = 0; i < PLAYERS; i++) {
      sum.add(logCapital.get(i) + other.logCapital.get(i));
    }
    return new EProcess(sum, values + other.values);
  }

  /** Natural logarithm of the players' mean capital: 0 before the first value. */
  public double logEvidence() {
    double most = Collections.max(logCapital);
    double sum = 0;
    for (double own : logCapital) {
      sum += Math.exp(own - most);
    }
    return most + Math.log(sum / PLAYERS);
  }

  /** Parts of 0.95 × 0.7^i: from nearly everything down to a fiftieth. */
  private static double[] bets() {
    double[] bets = new double[PLAYERS];
    double bet = BOLDEST;
    for (int i = 0; i < PLAYERS; i++) {
      bets[i] = bet;
      bet *= STEP;
    }
    return bets;
  }
}
