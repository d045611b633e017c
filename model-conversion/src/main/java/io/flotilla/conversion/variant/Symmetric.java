package io.flotilla.conversion.variant;

/**
 * Weights as 8-bit integers that are symmetric about zero, one scale per channel: {@code q =
 * round(w / scale)}, {@code scale = max |w| / most} over the channel, as in Jacob et al.,
 * "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference",
 * 2018, section 2, with the zero point at zero. Ties round to even.
 */
final class Symmetric {
  /** The whole of int8. */
  static final int EIGHT_BITS = 127;

  /**
   * Seven bits and the sign's share of the eighth: a product with an unsigned byte, doubled, stays
   * within 16 bits. Processors with SSE or AVX2 but without VNNI add such products in 16 bits and
   * saturate silently above.
   */
  static final int SEVEN_BITS = 64;

  private final byte[] values;
  private final float[] scales;

  private Symmetric(byte[] values, float[] scales) {
    this.values = values;
    this.scales = scales;
  }

  /**
   * Quantises.
   *
   * @param weights in row-major order, finite
   * @param channels number of channels
   * @param inner number of consecutive weights of one channel before the next channel's
   * @param most largest magnitude of a value
   */
  static Symmetric of(float[] weights, int channels, int inner, int most) {
    float[] scales = new float[channels];
    for (int i = 0; i < weights.length; i++) {
      int channel = i / inner % channels;
      scales[channel] = Math.max(scales[channel], Math.abs(weights[i]));
    }
    for (int c = 0; c < channels; c++) {
      // Below the smallest normal number the quotient would be no number at all.
      scales[c] = scales[c] / most < Float.MIN_NORMAL ? 1f : scales[c] / most;
    }
    byte[] values = new byte[weights.length];
    for (int i = 0; i < weights.length; i++) {
      double exact = Math.rint((double) weights[i] / scales[i / inner % channels]);
      values[i] = (byte) Math.clamp(exact, -most, most);
    }
    return new Symmetric(values, scales);
  }

  /** One per weight, −most to most, in the weights' order. */
  byte[] values() {
    return values.clone();
  }

  /** One per channel, positive; a channel of zeros has 1. */
  float[] scales() {
    return scales.clone();
  }

  /** The same values around 128, as unsigned bytes. */
  byte[] around128() {
    byte[] unsigned = values.clone();
    for (int i = 0; i < unsigned.length; i++) {
      unsigned[i] ^= (byte) 0x80;
    }
    return unsigned;
  }

  /** Whether all weights are finite. */
  static boolean isFinite(float[] weights) {
    for (float weight : weights) {
      if (!Float.isFinite(weight)) {
        return false;
      }
    }
    return true;
  }
}
