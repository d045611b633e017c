package io.flotilla.conversion.tree.ensemble;

/** Thresholds that trainers keep as doubles, for inputs that are floats. */
public final class FloatThresholds {
  private FloatThresholds() {}

  /**
   * The largest float that is not above a double. For every float x, {@code x <= threshold} (in
   * doubles) exactly if {@code x <= atMost(threshold)} (in floats): no float lies between the two.
   *
   * @param threshold any double; NaN stays NaN
   */
  public static float atMost(double threshold) {
    float nearest = (float) threshold;
    return nearest > threshold ? Math.nextDown(nearest) : nearest;
  }
}
