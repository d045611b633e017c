package io.flotilla.hardware.simulated;

import static java.lang.Float.floatToRawIntBits;
import static java.lang.Float.intBitsToFloat;

/** The numbers that simulated hardware can put out; every FP32 output is moved to the nearest. */
enum NumberGrid {
  /**
   * TensorFloat-32: FP32 with 10 explicit bits of mantissa. Relative error at most 2⁻¹¹ (4.9e-4);
   * ties to even; non-finite values stay.
   */
  TENSOR_FLOAT_32 {
    @Override
    float nearest(float value) {
      if (!Float.isFinite(value)) {
        return value;
      }
      int bits = floatToRawIntBits(value);
      int even = (bits >>> DROPPED_BITS) & 1;
      return intBitsToFloat((bits + HALF_BELOW + even) & ~DROPPED_MASK);
    }
  },
  /**
   * Fixed point with 10 bits after the point. Absolute error at most 2⁻¹¹ (4.9e-4); ties to even;
   * non-finite values stay; it does not saturate.
   */
  FIXED_POINT_10 {
    @Override
    float nearest(float value) {
      return (float) (Math.rint(value * STEPS_PER_UNIT) / STEPS_PER_UNIT);
    }
  };

  private static final int DROPPED_BITS = 13;
  private static final int DROPPED_MASK = (1 << DROPPED_BITS) - 1;
  private static final int HALF_BELOW = (1 << (DROPPED_BITS - 1)) - 1;
  private static final double STEPS_PER_UNIT = 1024;

  /** The nearest number of the grid. */
  abstract float nearest(float value);
}
