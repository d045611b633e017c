package io.flotilla.simulator.digits;

/**
 * One handwritten digit.
 *
 * @param pixels 64 grey values from 0 (paper) to 16 (ink), row by row; never changed
 * @param label the digit, 0 to 9
 */
@SuppressWarnings("ArrayRecordComponent")
public record DigitRow(float[] pixels, int label) {
  /** Pixels of a side of the image. */
  public static final int SIDE = 8;

  /** Pixels of the image. */
  public static final int PIXELS = SIDE * SIDE;

  /** Checks the size and the label. */
  public DigitRow {
    if (pixels.length != PIXELS || label < 0 || label > 9) {
      throw new IllegalArgumentException(
          "not a digit: %d pixels, label %d".formatted(pixels.length, label));
    }
  }
}
