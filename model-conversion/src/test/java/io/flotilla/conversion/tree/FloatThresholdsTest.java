package io.flotilla.conversion.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.conversion.tree.ensemble.FloatThresholds;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FloatThresholdsTest {
  /**
   * Within one pair of neighbouring floats all doubles give the lower one: comparing any float with
   * it is comparing with the double. Checked at the floats where the answer changes.
   */
  @Test
  void comparesFloatsExactlyAsTheDoubleDoes() {
    Random random = new Random(46);
    for (int i = 0; i < 500_000; i++) {
      double threshold = Double.longBitsToDouble(random.nextLong());
      if (i % 2 == 0) {
        float near = Float.intBitsToFloat(random.nextInt());
        threshold = Math.nextAfter(near, random.nextBoolean() ? 1e300 : -1e300);
      }
      if (!Double.isNaN(threshold)) {
        agrees(threshold);
      }
    }
    double[] edges = {
      0d,
      -0d,
      Double.MIN_VALUE,
      -Double.MIN_VALUE,
      Float.MIN_VALUE,
      Float.MAX_VALUE,
      -Float.MAX_VALUE,
      Double.MAX_VALUE,
      -Double.MAX_VALUE,
      Double.POSITIVE_INFINITY,
      Double.NEGATIVE_INFINITY,
      0.1,
      1 + Math.ulp(1f) / 2.0
    };
    for (double edge : edges) {
      agrees(edge);
    }
    assertThat(FloatThresholds.atMost(Double.NaN)).isNaN();
  }

  private static void agrees(double threshold) {
    float at = FloatThresholds.atMost(threshold);
    float[] inputs = {
      at,
      Math.nextUp(at),
      Math.nextDown(at),
      (float) threshold,
      0f,
      -0f,
      Float.MAX_VALUE,
      -Float.MAX_VALUE,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY
    };
    for (float input : inputs) {
      assertThat(input <= at)
          .as("%s <= %s by %s", input, threshold, at)
          .isEqualTo(input <= threshold);
    }
  }
}
