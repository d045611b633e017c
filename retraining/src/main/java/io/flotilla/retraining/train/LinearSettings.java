package io.flotilla.retraining.train;

/**
 * How a linear classifier is trained.
 *
 * @param epochs passes over the rows, ≥ 1
 * @param learningRate initial step of AdaGrad, &gt; 0
 * @param batch rows per step, ≥ 1
 * @param scale what every feature is multiplied by before it is used, &gt; 0: 1 divided by the
 *     features' range keeps the steps well sized
 * @param seed of the order of the rows
 */
public record LinearSettings(int epochs, double learningRate, int batch, double scale, long seed) {
  /** 30 epochs, learning rate 0.5, one row per step. */
  public static LinearSettings of(double scale, long seed) {
    return new LinearSettings(30, 0.5, 1, scale, seed);
  }
}
