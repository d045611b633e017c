package io.flotilla.conversion.variant;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class SymmetricTest {
  @Test
  void everyWeightComesBackWithinHalfAStepOfItsChannel() {
    Random random = new Random(42);
    float[] weights = new float[6 * 5 * 4];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (random.nextGaussian() * Math.pow(10, i % 5));
    }
    Symmetric q = Symmetric.of(weights, 5, 4, Symmetric.EIGHT_BITS);

    for (int i = 0; i < weights.length; i++) {
      float scale = q.scales()[i / 4 % 5];
      assertThat((double) q.values()[i] * scale).isCloseTo(weights[i], within(scale / 2 * 1.0001));
    }
    assertThat(q.values()).contains((byte) -127).doesNotContain((byte) -128);
  }

  @Test
  void aChannelOfZerosStaysZero() {
    Symmetric q = Symmetric.of(new float[] {0, 0, 1, -1}, 2, 2, Symmetric.EIGHT_BITS);

    assertThat(q.values()).containsExactly(0, 0, 127, -127);
    assertThat(q.scales()).containsExactly(1f, 1f / 127);
    assertThat(q.around128()).containsExactly(128, 128, 255, 1);
  }

  @Test
  void twoProductsOfSevenBitsAndAnUnsignedByteStayWithinSixteenBits() {
    assertThat(2 * 255 * Symmetric.SEVEN_BITS).isLessThanOrEqualTo(Short.MAX_VALUE);
    assertThat(2 * 255 * Symmetric.EIGHT_BITS).isGreaterThan(Short.MAX_VALUE);
  }

  @Test
  void weightsTooSmallForAScaleBecomeZero() {
    Symmetric q = Symmetric.of(new float[] {Float.MIN_VALUE, 0}, 1, 2, Symmetric.EIGHT_BITS);

    assertThat(q.values()).containsExactly(0, 0);
  }

  private static Offset<Double> within(double most) {
    return Offset.offset(most);
  }
}
