package io.flotilla.simulator.camera;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.simulator.digits.DigitRow;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What may have happened to a device's camera. */
public enum Camera {
  /** As good as new. */
  NONE {
    @Override
    public float[] see(float[] pixels) {
      return pixels.clone();
    }
  },

  /** Out of focus: each pixel is the mean of itself and its neighbours. This costs accuracy. */
  BLUR {
    @Override
    public float[] see(float[] pixels) {
      float[] seen = new float[pixels.length];
      for (int row = 0; row < DigitRow.SIDE; row++) {
        for (int column = 0; column < DigitRow.SIDE; column++) {
          seen[row * DigitRow.SIDE + column] = meanAround(pixels, row, column);
        }
      }
      return seen;
    }
  },

  /** Too little light: each pixel has {@value #GAIN_FACTOR} of its value. Costs hardly anything. */
  GAIN {
    @Override
    public float[] see(float[] pixels) {
      float[] seen = new float[pixels.length];
      for (int i = 0; i < seen.length; i++) {
        seen[i] = pixels[i] * GAIN_FACTOR;
      }
      return seen;
    }
  };

  /** What {@link #GAIN} multiplies with. */
  static final float GAIN_FACTOR = 0.6f;

  /**
   * What the device sees of an image; the image itself stays as it is.
   *
   * @param pixels 64 values from 0 to 16, row by row
   * @return another 64 values from 0 to 16
   */
  public abstract float[] see(float[] pixels);

  /** The row as the device sees it, with its true label. */
  public DigitRow see(DigitRow row) {
    return new DigitRow(see(row.pixels()), row.label());
  }

  /** The rows as the device sees them. */
  public List<DigitRow> see(List<DigitRow> rows) {
    return rows.stream().map(this::see).toList();
  }

  /**
   * Reads a kind: {@code none}, {@code blur} or {@code gain}.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if it is another word
   */
  public static Camera parse(String kind) {
    return Arrays.stream(values())
        .filter(camera -> camera.kind().equals(kind))
        .findFirst()
        .orElseThrow(
            () ->
                new FlotillaException(
                    ErrorCode.INPUT_INVALID,
                    "no degradation is called '%s'; there are none, blur and gain"
                        .formatted(kind)));
  }

  /** The word that {@link #parse} reads. */
  public String kind() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The mean over the 3 × 3 pixels around a place; outside the picture there is nothing, 0. */
  private static float meanAround(float[] pixels, int row, int column) {
    float sum = 0;
    for (int r = Math.max(0, row - 1); r <= Math.min(DigitRow.SIDE - 1, row + 1); r++) {
      for (int c = Math.max(0, column - 1); c <= Math.min(DigitRow.SIDE - 1, column + 1); c++) {
        sum += pixels[r * DigitRow.SIDE + c];
      }
    }
    return sum / 9;
  }
}
